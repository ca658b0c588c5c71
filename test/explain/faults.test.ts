import { afterAll, describe, expect, test } from 'vitest';
import { explainTrust } from '../../lib/explain/explain-trust.ts';
import { webIdentityRequest } from '../../lib/explain/federated-request.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { printTable } from '../bench/table.ts';
import { aMoment } from '../kit/issuer.ts';
import { type Fault, faults } from './faults.ts';

const explained = ({ claims, trust }: Fault) => {
  const target = { account: '111122223333', sessionName: 'daypass', roleTags: new Map(), now: aMoment };
  const request = webIdentityRequest(new Map(Object.entries(claims)), target);
  return explainTrust(parsePolicy({ name: 'trust policy', kind: 'trust', document: trust }), request);
};

const rows: string[][] = [['planted fault', 'verdict', 'found', 'hint']];
afterAll(() => printTable(`${faults.length} broken trust policies, explained`, rows));

describe('explain finds the planted fault', () => {
  test('in 40 policies at least', () => {
    expect(faults.length).toBeGreaterThanOrEqual(40);
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });

  test.each(faults.map((fault) => [fault.name, fault] as const))('%s', (name, fault) => {
    const { verdict, statements, warnings } = explained(fault);
    const hints = [...warnings, ...statements.flatMap(({ failures }) => failures.flatMap(({ hint }) => hint ?? []))];
    rows.push([name, fault.verdict, hints.map(({ code }) => code).join(', '), (hints[0]?.says ?? '').slice(0, 70)]);
    expect(verdict).toBe(fault.verdict === 'denied' ? 'failed' : 'passed');
    // The fault, and nothing else: one thing is wrong with each.
    expect(hints.map(({ code }) => code)).toEqual([fault.code]);
  });
});
