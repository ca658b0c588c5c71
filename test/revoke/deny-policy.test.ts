import { describe, expect, test } from 'vitest';
import { awsContext } from '../../lib/policy/context.ts';
import { evaluate } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { denyPolicy, longestDocument } from '../../lib/revoke/deny-policy.ts';
import type { Revocation } from '../../lib/revoke/revocation.ts';
import { revokedIn } from '../../lib/revoke/revoked.ts';
import { aMoment } from '../kit/issuer.ts';
import { aStore } from '../kit/store.ts';
import { aGrantRevoked, aPerson, aRole, aRoleRevoked, aSession, roleArn } from './kit.ts';

const allow = parsePolicy({
  name: 'permissions',
  kind: 'identity',
  document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
});

/** What the policy says to a request of a session with these condition keys, by the engine that AWS is modelled in. */
function isDenied(document: string | undefined, keys: Readonly<Record<string, string>>): boolean {
  if (document === undefined) return false;
  const deny = parsePolicy({ name: 'revocations', kind: 'identity', document: JSON.parse(document) });
  const caller = { kind: 'aws', account: '111122223333', arns: [], roleArns: [] } as const;
  const request = {
    caller,
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::a/b',
    context: awsContext(Object.entries(keys)),
  };
  const verdict = evaluate([{ name: 'identity', policies: [allow, deny] }], request);
  return !verdict.allowed && verdict.because === 'explicit deny';
}

const documentOf = (revocations: readonly Revocation[], role = aRole(), now = aMoment) =>
  denyPolicy(role, revocations, { now }).document;

const ofAlice = {
  'aws:userid': 'AROAEXAMPLE:alice@acme.example',
  'aws:TokenIssueTime': '2026-06-01T11:30:00Z',
  'login.acme.example:sub': 'alice',
};

describe('nothing revoked', () => {
  test.each<[string, readonly Revocation[]]>([
    ['at all', []],
    ['of this role', [aRoleRevoked(roleArn('other')), aGrantRevoked('reports'), aSession({ role: roleArn('other') })]],
    ['of people who can have it', [aPerson('alice', 'corp')]],
  ])('%s is no policy', (_, revocations) => {
    expect(documentOf(revocations)).toBeUndefined();
  });
});

describe('a session', () => {
  const document = documentOf([aSession()]);

  test('is denied by its name and the time when it was given', () => {
    expect(JSON.parse(document ?? '')).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: {
            StringEquals: { 'aws:userid': 'AROAEXAMPLE:alice@acme.example' },
            DateGreaterThan: { 'aws:TokenIssueTime': '2026-06-01T11:29:30Z' },
            DateLessThan: { 'aws:TokenIssueTime': '2026-06-01T11:30:05Z' },
          },
        },
      ],
    });
    expect(isDenied(document, ofAlice)).toBe(true);
  });

  test.each([
    ['of somebody else', { 'aws:userid': 'AROAEXAMPLE:bob@acme.example' }],
    ['that is older, of the same name', { 'aws:TokenIssueTime': '2026-06-01T11:00:00Z' }],
    ['that is newer, of the same name', { 'aws:TokenIssueTime': '2026-06-01T11:31:00Z' }],
  ])('%s goes on', (_, changes) => {
    expect(isDenied(document, { ...ofAlice, ...changes })).toBe(false);
  });
});

describe('a person', () => {
  test('is denied whatever the session, without end', () => {
    const document = documentOf([aPerson(), aPerson('bob')]);
    for (const time of ['2026-06-01T11:30:00Z', '2027-06-01T11:30:00Z']) {
      expect(isDenied(document, { ...ofAlice, 'aws:userid': 'AROAEXAMPLE:other', 'aws:TokenIssueTime': time })).toBe(
        true,
      );
    }
    expect(isDenied(document, { ...ofAlice, 'login.acme.example:sub': 'carol' })).toBe(false);
  });

  test('of a SAML provider is told by the name and the provider', () => {
    const role = aRole({
      people: [{ provider: 'corp', subject: 'saml:sub', written: 'as it is', also: { 'saml:namequalifier': 'q=' } }],
    });
    const document = documentOf([aPerson('alice', 'corp')], role);
    expect(isDenied(document, { 'saml:sub': 'alice', 'saml:namequalifier': 'q=' })).toBe(true);
    expect(isDenied(document, { 'saml:sub': 'alice', 'saml:namequalifier': 'other' })).toBe(false);
  });

  test.each(['${aws:userid}', 'a*', '?', '$', '${', '${*}', '"', '\\', 'é'])(
    'named %s is he and nobody else',
    (subject) => {
      const document = documentOf([aPerson(subject)]);
      expect(isDenied(document, { 'login.acme.example:sub': subject, 'aws:userid': 'x' })).toBe(true);
      expect(isDenied(document, { 'login.acme.example:sub': 'x', 'aws:userid': 'x' })).toBe(false);
      expect(isDenied(document, { 'login.acme.example:sub': 'ab', 'aws:userid': 'x' })).toBe(false);
    },
  );
});

describe('a grant or a role', () => {
  test.each([[aGrantRevoked()], [aRoleRevoked()]])(
    'is denied to whatever is as old, and to what was under way: %#',
    (each) => {
      const document = documentOf([each]);
      expect(isDenied(document, { 'aws:TokenIssueTime': '2026-06-01T12:01:45Z' })).toBe(true);
      expect(isDenied(document, { 'aws:TokenIssueTime': '2026-06-01T12:01:50Z' })).toBe(false);
    },
  );

  test('of the IAM user is denied to its own sessions, and to no other grant’s', () => {
    const user = aRole({ arn: 'arn:aws:iam::111122223333:user/daypass-federation', grants: ['files', 'payroll'] });
    const { document, warnings } = denyPolicy(user, [aGrantRevoked()], { now: aMoment });
    const of = (grant: string) => ({
      'aws:TokenIssueTime': '2026-06-01T11:00:00Z',
      'aws:PrincipalTag/daypass-grant': grant,
    });
    expect([isDenied(document, of('files')), isDenied(document, of('payroll')), warnings]).toEqual([true, false, []]);
    const coarse = denyPolicy(user, [aGrantRevoked(), aPerson('x'.repeat(300))], { now: aMoment, longest: 300 });
    expect(isDenied(coarse.document, of('files'))).toBe(true);
    expect(coarse.warnings).toEqual([expect.stringContaining('1 people are too many')]);
  });

  test('is denied to all that a door gives which cannot ask the table', async () => {
    const store = aStore();
    let isGone = false;
    const revoked = revokedIn({
      get: (key, at) => (isGone ? Promise.reject(new Error('gone')) : store.get(key, at)),
    });
    await revoked(aMoment);
    isGone = true;
    const document = documentOf([aGrantRevoked()]);
    let last = 0;
    for (let seconds = 0; seconds < 700; seconds++) {
      const at = new Date(aMoment.getTime() + seconds * 1000);
      if (await revoked(at).catch(() => undefined)) last = seconds;
    }
    // The door may still be under way for 20 s.
    const issued = new Date(aMoment.getTime() + (last + 20) * 1000).toISOString();
    expect(last).toBeGreaterThan(30);
    expect(isDenied(document, { 'aws:TokenIssueTime': issued })).toBe(true);
  });

  test('of which every session has ended needs no policy', () => {
    const later = new Date(aMoment.getTime() + 13 * 3_600_000);
    expect(documentOf([aGrantRevoked()], aRole(), later)).toBeUndefined();
  });

  test('that shares its role says who else is denied', () => {
    const { warnings } = denyPolicy(aRole({ grants: ['files', 'reports'] }), [aGrantRevoked()], { now: aMoment });
    expect(warnings).toEqual([expect.stringContaining('grants reports are denied as well')]);
  });

  test('that is denied whole does not name the sessions in it', () => {
    expect(JSON.parse(documentOf([aRoleRevoked(), aSession()]) ?? '').Statement).toHaveLength(1);
  });
});

describe('too much', () => {
  const sessions = Array.from({ length: 60 }, (_, index) =>
    aSession({ key: `ASIA${String(index).padStart(16, '0')}`, userId: `AROAEXAMPLE:user${index}@acme.example` }),
  );

  test('of sessions becomes everything that is as old, people stay, and it is said', () => {
    const { document, warnings } = denyPolicy(aRole(), [...sessions, aPerson()], { now: aMoment });
    expect(document?.length).toBeLessThan(longestDocument);
    expect(warnings).toEqual([expect.stringContaining('60 sessions are too many')]);
    for (const { userId } of sessions) {
      expect(isDenied(document, { 'aws:userid': userId, 'aws:TokenIssueTime': '2026-06-01T11:30:00Z' })).toBe(true);
    }
    expect(isDenied(document, { 'aws:TokenIssueTime': '2026-06-01T11:31:00Z' })).toBe(false);
    expect(isDenied(document, { ...ofAlice, 'aws:TokenIssueTime': '2026-07-01T11:31:00Z' })).toBe(true);
  });

  test('of people becomes everything that is as old, and it is said what that leaves open', () => {
    const people = Array.from({ length: 200 }, (_, index) => aPerson(`${'x'.repeat(60)}${index}`));
    const { document, warnings } = denyPolicy(aRole(), [...people, ...sessions], { now: aMoment });
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toContain('gets from AWS STS itself after that is not denied');
    expect(isDenied(document, { 'aws:TokenIssueTime': '2026-06-01T12:00:10Z' })).toBe(true);
    expect(document?.length).toBeLessThan(300);
  });
});
