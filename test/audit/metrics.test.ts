import { describe, expect, test } from 'vitest';
import { recorderWithin } from '../../lambdas/serve.ts';
import { type AuditRecord, auditRecord } from '../../lib/audit/audit-record.ts';
import { Refusal } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';

const origin = { door: 'credentials', requestId: 'r', sourceIp: '192.0.2.1', userAgent: 'test' };

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
}
type Line = Record<string, unknown> & {
  readonly _aws: { readonly Timestamp: number; readonly CloudWatchMetrics: readonly Directive[] };
};

/** The lines that these records become, each 120 ms after its request. */
function linesOf(records: readonly AuditRecord[], metered?: true): readonly Line[] {
  const lines: Line[] = [];
  const { audit } = recorderWithin({
    clock: () => new Date(aMoment.getTime() + 120),
    writeLine: (line) => void lines.push(JSON.parse(line)),
    ...(metered && { metered }),
  });
  for (const record of records) audit(record, aMoment);
  return lines;
}

const allowed = auditRecord(origin, {}, aMoment);
const refused = auditRecord(origin, {}, aMoment, new Refusal('grant_denied'));
const failed = auditRecord(origin, {}, aMoment, new TypeError('x'));

describe('a line that CloudWatch reads', () => {
  test('tells its result: allowed, fault, or the code', () => {
    expect(linesOf([allowed, refused, failed], true).map(({ result }) => result)).toEqual([
      'allowed',
      'grant_denied',
      'fault',
    ]);
  });

  test('has every metric and dimension that it announces, as a number and a short text', () => {
    for (const line of linesOf([allowed, refused, failed], true)) {
      expect(line._aws.Timestamp).toBe(aMoment.getTime() + 120);
      for (const { Namespace, Dimensions, Metrics } of line._aws.CloudWatchMetrics) {
        expect(Namespace).toBe('Daypass');
        for (const name of Dimensions.flat()) expect(line[name]).toEqual(expect.stringMatching(/^[\w-]{1,64}$/));
        for (const { Name } of Metrics) expect(line[Name]).toEqual(expect.any(Number));
      }
    }
  });

  test('tells how long it took, and a cold start once', () => {
    const [first, second] = linesOf([allowed, allowed], true);
    expect([first?.Latency, first?.ColdStarts, second?.Latency, second?.ColdStarts]).toEqual([120, 1, 120, 0]);
  });

  test('is the record alone where nobody measures', () => {
    expect(linesOf([refused])).toEqual([JSON.parse(JSON.stringify(refused))]);
  });
});
