import { describe, expect, test } from 'vitest';
import { endsOf } from '../../lib/provider-watch/ends.ts';
import { aCertificate } from '../kit/idp-metadata.ts';
import { aMoment } from '../kit/issuer.ts';

const day = 86_400_000;
const inDays = (days: number) => new Date(aMoment.getTime() + days * day);
const certificate = (from: number, until: number) => aCertificate({ from: inDays(from), until: inDays(until) });
const [over, present, next, distant] = await Promise.all([
  certificate(-400, -1),
  certificate(-300, 20),
  certificate(-2, 365),
  certificate(10, 400),
]);

describe('the first end', () => {
  test.each<[what: string, certificates: readonly string[], keys: number, daysLeft: number]>([
    ['is that of the only certificate', [present], 1, 20],
    ['is the earlier of two that hold', [next, present], 2, 20],
    ['is not that of one that ended long ago', [over, next], 1, 365],
    ['is told while the next one does not hold yet', [present, distant], 1, 20],
    ['is now where none holds', [over], 0, 0],
    ['is now where the next one does not hold yet', [over, distant], 0, 0],
    ['is now where there is none', [], 0, 0],
  ])('%s', (_, certificates, keys, daysLeft) => {
    expect(endsOf({ certificates }, aMoment)).toMatchObject({ keys, daysLeft });
  });

  test('is that of the metadata where that comes before', () => {
    const ofMetadata = (days: number) =>
      endsOf({ certificates: [present], validUntil: inDays(days).toISOString() }, aMoment);
    expect(ofMetadata(5)).toEqual({ keys: 1, firstEnd: inDays(5), daysLeft: 5 });
    expect(ofMetadata(50)).toEqual({ keys: 1, firstEnd: inDays(20), daysLeft: 20 });
    expect(ofMetadata(0)).toEqual({ keys: 0, daysLeft: 0 });
  });

  test('counts whole days: the last one is 0', () => {
    const now = new Date(inDays(20).getTime() - 1);
    expect(endsOf({ certificates: [present] }, now)).toMatchObject({ keys: 1, daysLeft: 0, firstEnd: inDays(20) });
  });
});
