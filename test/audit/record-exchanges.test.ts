import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../lib/audit/audit-entry.ts';
import { recordExchanges } from '../../lib/audit/record-exchanges.ts';
import { aRecord } from './kit.ts';

const eventOf = (lines: readonly string[]) => {
  const batch = { messageType: 'DATA_MESSAGE', logEvents: lines.map((message) => ({ message })) };
  return { awslogs: { data: gzipSync(JSON.stringify(batch)).toString('base64') } };
};
const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => JSON.stringify(aRecord({ requestId: `r${index}` })));

describe('the lines of an event', () => {
  test('are added, each one', async () => {
    const added: AuditEntry[] = [];
    const outcome = await recordExchanges(eventOf(lines(40)), { add: async (entry) => void added.push(entry) });
    expect(outcome).toEqual({ added: 40, unreadable: 0, failed: 0 });
    expect(added.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, index) => `r${index}`));
  });

  test('that cannot be written or read do not keep the others out', async () => {
    const added: string[] = [];
    const outcome = await recordExchanges(eventOf(['no record', ...lines(20)]), {
      add: ({ id }) => (id === 'r3' ? Promise.reject(new Error('throttled')) : Promise.resolve(void added.push(id))),
    });
    expect(outcome).toEqual({ added: 19, unreadable: 1, failed: 1 });
    expect(added).not.toContain('r3');
    expect(added).toHaveLength(19);
  });

  test('are written a few at a time', async () => {
    let [now, most] = [0, 0];
    const add = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
    };
    await recordExchanges(eventOf(lines(100)), { add });
    expect(most).toBeLessThanOrEqual(16);
  });
});
