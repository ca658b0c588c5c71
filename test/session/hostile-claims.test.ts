// Claims that attack, in every way of issuing: what a session may do is judged by the policy engine, what STS is told by
// STS's own rules, what is written by whoever reads lines.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditRecord, type Trail } from '../../lib/audit/audit-record.ts';
import { lineOf } from '../../lib/audit/line.ts';
import { type Grant, type SpecialCharacter, type Way, ways } from '../../lib/grant/grant.ts';
import { parseTemplate } from '../../lib/grant/template.ts';
import { vouchedTrust } from '../../lib/grant/trust-policy.ts';
import { signingInput, type Vouching, vouchedClaims } from '../../lib/issue/vouched-token.ts';
import { authorize } from '../../lib/policy/authorize.ts';
import { Refusal } from '../../lib/refusal.ts';
import { planSession, type SessionPlan, vouchedSubject } from '../../lib/session/plan-session.ts';
import { personMark } from '../../lib/session/session-tags.ts';
import { aGrant, anIdentity, aSessionPolicy } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aPolicy, contextOf, holds } from '../policy/kit.ts';

const bucket = 'arn:aws:s3:::privet';
const everything: readonly SpecialCharacter[] = ['/', ':', '*', '?', '$'];

const pieces = fc.constantFrom(
  ...[
    '"',
    '\\',
    "'",
    '${aws:username}',
    '${aws:PrincipalTag/tenant}',
    '${*}',
    '${',
    '}',
    '*',
    '?',
    '$',
    '{x}',
    '{sub}',
  ],
  ...['\n', '\r\n', '\t', '\0', '\x1b[2J', '\x7f', '\x85', '\u2028', '\u2029', '\u200e', '\u200f', '\u202e', '\u2066'],
  ...['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', 'e\u0301', '\u0301', '\u00e9', '\ud800', '\udc00', '\u{e0041}'],
  ...['..', '.', '/', '/../', '../', '%2e%2e', '%2f', '%00', ' ', '\u00a0', '\u3000', '👩‍👩‍👧', '🏴', 'ß', 'ı', 'K'],
  ...[
    'blue',
    'green',
    'mallory',
    'aws:',
    'daypass',
    ':',
    ',',
    '=',
    '@',
    '+',
    '-',
    '_',
    '-0123456789abcdef',
    'x'.repeat(300),
  ],
  ...['"],"Effect":"Allow","Resource":["*"],"x":["', '"}]}', '\\u002a', '\\"', '</script>', 'eyJhbGciOiJub25lIn0.e30.'],
);
const values = fc.oneof(
  fc.array(pieces, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }),
  fc.constantFrom('blue', 'green', ' blue', 'blue ', 'Blue', 'blue.', 'bl', 'blue/green', '*', '0123456789abcdef'),
);
const may = fc.subarray([...everything]);

/** A grant whose every template has claims in it. */
function grantBy(way: Way, valuesMayContain: readonly SpecialCharacter[] = []): Grant {
  const policy = aSessionPolicy(
    [
      { resources: [`${bucket}/{tenant}/*`] },
      { actions: ['s3:ListBucket'], resources: [bucket], conditions: { StringLike: { 's3:prefix': ['{tenant}/*'] } } },
      {
        actions: ['s3:PutObject'],
        resources: [`${bucket}/*`],
        conditions: { StringEquals: { 's3:owner': ['{tenant}'] } },
      },
      {
        effect: 'Deny',
        actions: ['s3:PutObject'],
        resources: [`${bucket}/*`],
        conditions: { StringNotLike: { 's3:owner': ['{tenant}'] } },
      },
    ],
    valuesMayContain,
  );
  const grant = aGrant({ policy });
  const signs = way !== 'forward';
  return {
    ...grant,
    way,
    session: {
      ...grant.session,
      name: parseTemplate('{who}'),
      valuesMayContain,
      ...(signs && {
        tags: [
          { key: 'tenant', value: parseTemplate('{tenant}') },
          { key: 'note', value: parseTemplate('of {who} in {tenant}'), drop: 1 },
        ],
        ...(way !== 'federation-token' && {
          sourceIdentity: parseTemplate('{who}'),
          transitiveTags: ['tenant', 'note'],
        }),
      }),
    },
  };
}

/** `undefined` when it is refused, which is always a fine answer. */
function planOf(grant: Grant, claims: Readonly<Record<string, string>>, subject = 'alice'): SessionPlan | undefined {
  try {
    return planSession(anIdentity({ subject, attributes: claims }), grant, {}, aMoment);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** What the role, or the user, may do: no more than the tag says, where the way has tags. */
const permissions = (way: Way) => {
  const place = way === 'forward' ? '*' : '${aws:PrincipalTag/tenant}';
  return aPolicy([
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:DeleteObject'], Resource: `${bucket}/${place}/*` },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: bucket,
      Condition: { StringLike: { 's3:prefix': `${place}/*` } },
    },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `${bucket}/*` },
  ]);
};

interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** As AWS would decide of a request in the session of the plan. */
function allows(plan: SessionPlan, { action, resource, keys }: Asked): boolean {
  const tags = Object.fromEntries((plan.tags ?? []).map(({ key, value }) => [`aws:PrincipalTag/${key}`, value]));
  const context = contextOf({ 'aws:username': 'mallory', 'aws:userid': 'AROA:mallory', ...keys, ...tags });
  const account = '111122223333';
  const arn = `arn:aws:sts::${account}:assumed-role/daypass-files/${plan.sessionName}`;
  const caller = { kind: 'aws', account, arns: [arn], roleArns: [plan.roleArn] } as const;
  const session = aPolicy(JSON.parse(plan.policy ?? '{}').Statement, 'identity', 'session');
  return authorize({ identity: [permissions(plan.way)], session: [session] }, { caller, action, resource, context })
    .allowed;
}

const reads = (key: string): Asked => ({ action: 's3:GetObject', resource: `${bucket}/${key}`, keys: {} });
const lists = (prefix: string): Asked => ({ action: 's3:ListBucket', resource: bucket, keys: { 's3:prefix': prefix } });
const puts = (owner: string): Asked => ({
  action: 's3:PutObject',
  resource: `${bucket}/a`,
  keys: { 's3:owner': owner },
});

describe.each(ways)('%s: whatever the claims say', (way) => {
  test('a session reaches what has the value of its own claim, to the letter, and nothing else', () => {
    let planned = 0;
    fc.assert(
      fc.property(values, values, values, may, (tenant, other, tail, allowed) => {
        const plan = planOf(grantBy(way, allowed), { tenant, who: 'alice' });
        if (!plan) return;
        planned++;
        expect([reads(`${tenant}/x`), lists(`${tenant}/x`), puts(tenant)].map((each) => allows(plan, each))).toEqual([
          true,
          true,
          true,
        ]);
        const keys = [`${other}/${tail}`, other, `${tail}${tenant}/x`, `${tenant}${tail}`, `${other}/../${tenant}/x`];
        for (const key of [...keys, tenant.toUpperCase(), `${tenant.normalize('NFD')}/x`, 'green/x', '']) {
          const within = key.startsWith(`${tenant}/`);
          expect([key, allows(plan, reads(key)), allows(plan, lists(key))]).toEqual([key, within, within]);
          expect([key, allows(plan, puts(key))]).toEqual([key, key === tenant]);
        }
        for (const resource of ['*', `${bucket}-2/${tenant}/x`, `arn:aws:s3:::${tenant}/x`, bucket]) {
          expect(allows(plan, { action: 's3:GetObject', resource, keys: {} })).toBe(false);
        }
        // The role may, the session may not.
        expect(allows(plan, { action: 's3:DeleteObject', resource: `${bucket}/${tenant}/x`, keys: {} })).toBe(false);
      }),
      { numRuns: 400 },
    );
    expect(planned).toBeGreaterThan(20);
  });

  test('STS takes the name, the source identity, the tags and the policy', () => {
    const longest = way === 'federation-token' ? 32 : 64;
    const name = new RegExp(`^[A-Za-z0-9_+=,.@-]{2,${longest}}$`);
    fc.assert(
      fc.property(values, values, may, (tenant, who, allowed) => {
        const plan = planOf(grantBy(way, allowed), { tenant, who }, who);
        if (!plan) return;
        expect(plan.sessionName).toMatch(name);
        if (plan.sourceIdentity !== undefined)
          expect(plan.sourceIdentity).toMatch(/^(?!aws:)[A-Za-z0-9_+=,.@-]{2,64}$/);
        // STS: no characters beyond Latin-1, 2,048 of them.
        expect(plan.policy).toMatch(/^[ -~]{1,2048}$/);
        const { tags = [], transitiveTags = [] } = plan;
        for (const { key, value } of tags) {
          expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u);
          if (key === 'tenant') expect(value).toBe(tenant);
          if (key === 'note') expect(value).toBe(`of ${who} in ${tenant}`);
        }
        expect(new Set(tags.map(({ key }) => key.toLowerCase())).size).toBe(tags.length);
        expect(tags.map(({ key }) => key)).toEqual(expect.arrayContaining([...transitiveTags]));
      }),
      { numRuns: 400 },
    );
  });

  test('two people have two names', () => {
    fc.assert(
      fc.property(values, values, (who, other) => {
        // Proofs have well-formed text only.
        fc.pre(who !== other && who.isWellFormed() && other.isWellFormed());
        const [one, two] = [who, other].map((each) => planOf(grantBy(way), { tenant: 'blue', who: each }, each));
        if (!one || !two) return;
        expect(one.sessionName).not.toBe(two.sessionName);
        if (one.vouchedSubject !== undefined) expect(one.vouchedSubject).not.toBe(two.vouchedSubject);
      }),
      { numRuns: 400 },
    );
  });

  test('the audit line is one line of printable JSON, and says what was there', () => {
    fc.assert(
      fc.property(values, values, values, may, (tenant, who, agent, allowed) => {
        const grant = grantBy(way, allowed);
        const identity = anIdentity({ subject: who, attributes: { tenant, who } });
        const origin = { door: 'credentials', requestId: 'r1', sourceIp: '127.0.0.1', userAgent: agent };
        const trail: Trail = {
          asked: { proof: { kind: 'oidc', token: who }, grant: tenant },
          identity,
          granted: grant,
        };
        const record = (() => {
          try {
            const session = planSession(identity, grant, {}, aMoment);
            return auditRecord(origin, { ...trail, session }, aMoment);
          } catch (error) {
            return auditRecord(origin, trail, aMoment, error);
          }
        })();
        const line = lineOf(record);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(record)));
        expect(JSON.parse(line)).toMatchObject({ subject: who, userAgent: agent });
      }),
      { numRuns: 400 },
    );
  });
});

describe('the token that Daypass signs', () => {
  const vouching: Vouching = { issuer: 'https://access.acme.example', now: aMoment, id: 'id-1' };

  test('says of claims what they are, and has the members that it should have', () => {
    fc.assert(
      fc.property(values, values, may, (tenant, who, allowed) => {
        const plan = planOf(grantBy('vouch', allowed), { tenant, who }, who);
        if (!plan) return;
        const claims = vouchedClaims(plan, vouching);
        const [header = '', payload = '', ...rest] = signingInput(claims, 'key-1').split('.');
        expect(rest).toEqual([]);
        expect(`${header}.${payload}`).toMatch(/^[\w-]+\.[\w-]+$/);
        const read = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
        expect(read).toEqual(claims);
        expect(Object.keys(read)).toEqual([
          ...['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
          ...['roles', 'tags', 'source_identity'].map((name) => `https://aws.amazon.com/${name}`),
        ]);
        expect(read).toMatchObject({
          aud: 'sts.amazonaws.com',
          'https://aws.amazon.com/roles': [plan.roleArn],
          'https://aws.amazon.com/tags': { principal_tags: { tenant: [tenant] } },
        });
      }),
      { numRuns: 400 },
    );
  });

  const names = fc.oneof(
    fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
    fc.constantFrom('files', 'files-2', 'file', 'f', 'ci', 'files-ci', `f${'-'.repeat(39)}`),
  );
  const subjects = fc.oneof(
    values,
    fc.tuple(names, names, values).map(([grant, provider, value]) => `${grant}:${provider}:${value}`),
    fc.tuple(names, values).map(([grant, value]) => `:${grant}:${value}`),
    fc.constantFrom('*', ':*', 'a'.repeat(255), 'a'.repeat(256), 'a'.repeat(1000), '👩'.repeat(300)),
  );
  const keysOf = (sub: string) => ({ 'access.acme.example:aud': 'sts.amazonaws.com', 'access.acme.example:sub': sub });
  const trustOf = (name: string) =>
    vouchedTrust({
      grant: { name, session: aGrant().session },
      issuer: vouching.issuer,
      principal: 'arn:aws:iam::111122223333:oidc-provider/access.acme.example',
    }).Statement[0]?.Condition ?? {};

  test('is taken by the role of its own grant and of no other, whoever the subject says he is', () => {
    fc.assert(
      fc.property(names, names, names, subjects, (grant, other, provider, subject) => {
        const sub = vouchedSubject(grant, { provider, subject });
        expect(sub.length).toBeLessThanOrEqual(255);
        expect(sub.startsWith(`${grant}:${provider}:`)).toBe(true);
        expect(holds(trustOf(grant), keysOf(sub))).toBe(true);
        expect(holds(trustOf(other), keysOf(sub))).toBe(other === grant);
      }),
      { numRuns: 1000 },
    );
  });

  test('is nobody else’s: neither another subject nor that of another provider', () => {
    fc.assert(
      fc.property(names, names, names, subjects, subjects, (grant, provider, another, subject, other) => {
        fc.pre(subject.isWellFormed() && other.isWellFormed());
        const one = vouchedSubject(grant, { provider, subject });
        if (subject !== other) expect(vouchedSubject(grant, { provider, subject: other })).not.toBe(one);
        if (provider !== another) expect(vouchedSubject(grant, { provider: another, subject: other })).not.toBe(one);
        if (provider !== another) expect(personMark(another, other)).not.toBe(personMark(provider, subject));
      }),
      { numRuns: 1000 },
    );
  });

  test('of a long subject is not that of the fingerprint that stands for it', () => {
    const long = { provider: 'ci', subject: 'a'.repeat(300) };
    const written = vouchedSubject('files', long);
    const [, , mark = ''] = written.split(':');
    expect(mark).toMatch(/^[0-9a-f]{16}$/);
    expect(vouchedSubject('files', { provider: 'ci', subject: mark })).not.toBe(written);
  });
});
