import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../lib/audit/audit-entry.ts';
import {
  type AskIndex,
  type AuditQuestion,
  findExchanges,
  type IndexQuestion,
} from '../../lib/audit/audit-question.ts';

const at = (text: string) => new Date(text);
const anEntry = (time: string, id: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  time,
  record: '{}',
  ...more,
});

/** A table in memory, asked as DynamoDB is; pages have so many items before they are filtered. */
function aTable(entries: readonly AuditEntry[], pageSize = Number.POSITIVE_INFINITY) {
  const asked: IndexQuestion[] = [];
  const newest = [...entries].sort((a, b) => (a.time === b.time ? (a.id < b.id ? 1 : -1) : a.time < b.time ? 1 : -1));
  const ask: AskIndex = async (question) => {
    asked.push(question);
    const { by, value, since, until, limit, after, only } = question;
    const there = newest.filter((each) => {
      const own = by === 'day' ? each.time.slice(0, 10) : each[by];
      return own === value && each.time >= since && each.time <= until;
    });
    const from = after ? there.findIndex(({ time, id }) => time === after.time && id === after.id) + 1 : 0;
    const isFiltered = Object.keys(only).length > 0;
    const page = there.slice(from, from + Math.min(pageSize, isFiltered ? pageSize : limit));
    const last = page.at(-1);
    const found = page.filter((each) => Object.entries(only).every(([name, wanted]) => each[name as 'key'] === wanted));
    return {
      entries: found,
      ...(last && from + page.length < there.length && { next: { time: last.time, id: last.id } }),
    };
  };
  return { ask, asked };
}

const question = (more: Partial<AuditQuestion> = {}): AuditQuestion => ({
  since: at('2026-06-01T00:00:00Z'),
  until: at('2026-06-03T12:00:00Z'),
  limit: 50,
  ...more,
});

describe('which index is asked', () => {
  test.each<[Partial<AuditQuestion>, string, object]>([
    [{ key: 'K', person: 'p', role: 'r', grant: 'g' }, 'key', { person: 'p', role: 'r', grant: 'g' }],
    [{ person: 'p', role: 'r', session: 's' }, 'person', { role: 'r', session: 's' }],
    [{ role: 'r', grant: 'g' }, 'role', { grant: 'g' }],
    [{ grant: 'g' }, 'grant', {}],
    [{ session: 's' }, 'day', { session: 's' }],
  ])('of %j: by %s, then only %j', async (wanted, by, only) => {
    const { ask, asked } = aTable([]);
    await findExchanges(question(wanted), ask);
    expect(asked[0]).toMatchObject({ by, only });
  });

  test('without any: day by day, from the newest, and no day beyond', async () => {
    const { ask, asked } = aTable([]);
    await findExchanges(question(), ask);
    expect(asked.map(({ value, since, until }) => [value, since, until])).toEqual([
      ['2026-06-03', '2026-06-03T00:00:00.000Z', '2026-06-03T12:00:00.000Z'],
      ['2026-06-02', '2026-06-02T00:00:00.000Z', '2026-06-02T23:59:59.999Z'],
      ['2026-06-01', '2026-06-01T00:00:00.000Z', '2026-06-01T23:59:59.999Z'],
    ]);
  });
});

describe('pages', () => {
  test('one after the other have everything once, newest first, whatever the sizes', async () => {
    const time = fc
      .integer({ min: Date.parse('2026-06-01T00:00:00Z'), max: Date.parse('2026-06-03T12:00:00Z') })
      // Many at the same moment.
      .map((each) => new Date(each - (each % 7_200_000)).toISOString());
    const people = fc.constantFrom('a', 'b');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(time, people), { maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom<Partial<AuditQuestion>>(
          {},
          { person: 'a' },
          { grant: 'g', person: 'a' },
          { grant: 'g', role: 'b' },
        ),
        async (times, limit, pageSize, wanted) => {
          const entries = times.map(([time, person], index) =>
            anEntry(time, `r${index}`, { person, grant: 'g', role: person }),
          );
          const { ask } = aTable(entries, pageSize);
          const found: AuditEntry[] = [];
          let after: AuditQuestion['after'];
          for (let pages = 0; pages < 500; pages++) {
            const page = await findExchanges(question({ ...wanted, limit, ...(after && { after }) }), ask);
            expect(page.entries.length).toBeLessThanOrEqual(limit);
            found.push(...page.entries);
            after = page.next;
            if (!after) break;
          }
          const expected = entries.filter(
            ({ person, role }) => (wanted.person ?? person) === person && (wanted.role ?? role) === role,
          );
          expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ id }) => id).sort());
          expect(found.map(({ time }) => time)).toEqual(
            found
              .map(({ time }) => time)
              .sort()
              .reverse(),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('of a filter that hardly anything passes cost a bounded number of questions, and say where they stopped', async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      anEntry(new Date(Date.parse('2026-06-02T00:00:00Z') + index * 1000).toISOString(), `r${index}`, { role: 'r' }),
    );
    const { ask, asked } = aTable(many, 5);
    const page = await findExchanges(question({ role: 'r', grant: 'other' }), ask);
    expect(page.entries).toEqual([]);
    expect(page.next).toBeDefined();
    expect(asked.length).toBeLessThanOrEqual(40);
  });
});
