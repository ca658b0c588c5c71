import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryOf, personOf } from '../../lib/audit/audit-entry.ts';
import { measured } from '../../lib/audit/metrics.ts';
import { aMoment } from '../kit/issuer.ts';
import { aKey, aRecord, aRole, aTime } from './kit.ts';

const lineOf = (changes: Readonly<Record<string, unknown>> = {}) => JSON.stringify(aRecord(changes));

describe('a line', () => {
  test('becomes an entry that is found by whatever it tells of', () => {
    expect(entryOf(lineOf())).toEqual({
      id: 'JKJaXmPLvHcESHA=',
      time: aTime,
      person: 'app/alice',
      key: aKey,
      role: aRole,
      grant: 'files',
      session: 'alice@acme.example',
      record: lineOf(),
    });
  });

  test('that CloudWatch reads numbers out of keeps none of them', () => {
    const record = aRecord();
    const metered = { ...record, ...measured(record, { latency: 12, coldStarts: 1 }, aMoment) };
    expect(entryOf(JSON.stringify(metered))?.record).toBe(JSON.stringify(record));
  });

  test('of a refusal is found by what was asked for', () => {
    const { accessKeyId: _, roleArn: __, assumedRoleId: ___, sessionName: ____, ...refused } = aRecord();
    const entry = entryOf(JSON.stringify({ ...refused, outcome: 'refused', roleAsked: aRole }));
    expect(entry).toMatchObject({ person: 'app/alice', role: aRole, grant: 'files' });
    expect(entry).not.toHaveProperty('key');
  });

  test('of an operator who looks into a token is found by his ARN, and not by whose it was', () => {
    const operator = 'arn:aws:iam::111122223333:user/ops';
    expect(entryOf(JSON.stringify(aRecord({ operator })))?.person).toBe(operator);
  });

  test('of an operator is found by his ARN', () => {
    const { provider: _, subject: __, ...record } = aRecord({ operator: 'arn:aws:iam::111122223333:user/ops' });
    expect(entryOf(JSON.stringify(record))?.person).toBe('arn:aws:iam::111122223333:user/ops');
  });

  test.each([
    ['START RequestId: 1', 'no JSON'],
    ['[]', 'no object'],
    ['null', 'nothing'],
    [lineOf({ event: 'metadata' }), 'another event'],
    [lineOf({ requestId: undefined }), 'no request id'],
    [lineOf({ requestId: 'a b' }), 'an id that is none'],
    [lineOf({ time: '2026-06-01' }), 'a day instead of a time'],
    [lineOf({ time: 1 }), 'a number instead of a time'],
    [lineOf({ detail: 'x'.repeat(70_000) }), 'more than a line of ours has'],
  ])('%.40s is no record of an exchange: %s', (line) => {
    expect(entryOf(line)).toBeUndefined();
  });

  test('whatever it says: it is an entry or none, with texts of a length that the table takes', () => {
    const value = fc.oneof(fc.string(), fc.string({ minLength: 600, maxLength: 2000 }), fc.jsonValue());
    const names = [
      'provider',
      'subject',
      'operator',
      'accessKeyId',
      'roleArn',
      'grant',
      'assumedRoleId',
      'sessionName',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (changes) => {
        const { record = '', ...found } = entryOf(lineOf(changes)) ?? {};
        expect(record).not.toBe('');
        for (const text of Object.values(found)) expect(text.length > 0 && text.length <= 800).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a person', () => {
  test('with a name that no index takes stands there by its digest, the same each time', () => {
    const long = 'x'.repeat(600);
    expect(personOf('corp', long)).toMatch(/^corp\/sha256:[0-9a-f]{64}$/);
    expect(entryOf(lineOf({ provider: 'corp', subject: long }))?.person).toBe(personOf('corp', long));
  });
});
