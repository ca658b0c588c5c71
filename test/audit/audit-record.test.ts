import { describe, expect, test } from 'vitest';
import { auditRecord, type Origin, type Trail } from '../../lib/audit/audit-record.ts';
import { proofFingerprint } from '../../lib/identity/fingerprint.ts';
import type { Issued } from '../../lib/issue/credential-issuer.ts';
import { NetworkError } from '../../lib/network/network.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { SessionPlan } from '../../lib/session/plan-session.ts';
import { aGrant, anIdentity } from '../kit/builders.ts';
import { aMoment, base64url } from '../kit/issuer.ts';

const origin: Origin = { door: 'credentials', requestId: 'request-1', sourceIp: '192.0.2.1', userAgent: 'curl/8' };

const token = [{ alg: 'ES256', kid: 'key-1' }, { sub: 'alice', secret: 'claim' }, 'signature-of-alice']
  .map((part) => base64url(typeof part === 'string' ? part : JSON.stringify(part)))
  .join('.');
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG';
const sessionToken = 'IQoJb3JpZ2luX2VjExample';

const asked = { proof: { kind: 'oidc', token }, grant: 'files', durationSeconds: 7200 } as const;
const identity = anIdentity({ attributes: { email: 'alice@acme.example', 'aws:requesttag/tenant': 'blue' } });
const granted = aGrant({ name: 'files', when: { StringEquals: { sub: 'alice' }, Bool: { email_verified: 'true' } } });
const session: SessionPlan = {
  way: 'forward',
  evidence: asked.proof,
  roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
  sessionName: 'alice',
  duration: { seconds: 3600, limitedBy: 'grant' },
  policy: '{"Version":"2012-10-17","Statement":[]}',
};
const issued: Issued = {
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey,
    sessionToken,
    expiration: new Date('2026-06-01T13:00:00Z'),
  },
  user: {
    kind: 'assumed-role' as const,
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    userId: 'AROA:alice',
  },
  told: new Map([['SourceIdentity', 'alice'] as const]),
};

/** As it is written: members without a value are left out. */
function recorded(trail: Trail, error?: unknown): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(auditRecord(origin, trail, aMoment, error));
  for (const secret of [token, ...token.split('.'), secretAccessKey, sessionToken]) expect(text).not.toContain(secret);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

const begun = { event: 'exchange', time: '2026-06-01T12:00:00.000Z', ...origin };
const askedFor = { proof: proofFingerprint(asked.proof), proofKind: 'oidc', grant: 'files', askedSeconds: 7200 };
const proved = {
  provider: 'app',
  issuer: 'https://login.acme.example',
  subject: 'alice',
  provenUntil: '2026-06-01T12:05:00.000Z',
};
const planned = {
  way: 'forward',
  roleArn: session.roleArn,
  sessionName: 'alice',
  tags: { tenant: 'blue' },
  durationSeconds: 3600,
  durationLimitedBy: 'grant',
};

describe('the record of an exchange', () => {
  test('that was allowed has who asked, who it was, what decided, how it was planned and what was issued', () => {
    expect(recorded({ asked, identity, granted, session, issued })).toEqual({
      ...begun,
      outcome: 'allowed',
      ...askedFor,
      ...proved,
      rule: ['StringEquals sub', 'Bool email_verified'],
      ...planned,
      accessKeyId: 'ASIAEXAMPLE',
      expiration: '2026-06-01T13:00:00.000Z',
      assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
      assumedRoleId: 'AROA:alice',
      sourceIdentity: 'alice',
    });
  });

  test('that could not be read has who asked', () => {
    expect(recorded({}, new Refusal('request_malformed', { hint: 'Send JSON.' }))).toEqual({
      ...begun,
      outcome: 'refused',
      code: 'request_malformed',
      status: 400,
      detail: { hint: 'Send JSON.' },
    });
  });

  test('that was refused before proof has nothing that the token says', () => {
    const record = recorded({ asked }, new Refusal('signature_invalid'));
    expect(record).toEqual({
      ...begun,
      outcome: 'refused',
      code: 'signature_invalid',
      status: 401,
      detail: {},
      ...askedFor,
    });
    expect(JSON.stringify(record)).not.toContain('alice');
  });

  test('that was denied says what was missing', () => {
    const miss = { reason: 'condition', operator: 'StringEquals', key: 'team', expected: ['a'], got: ['b'] };
    expect(recorded({ asked, identity }, new Refusal('grant_denied', { miss }))).toEqual({
      ...begun,
      outcome: 'refused',
      code: 'grant_denied',
      status: 403,
      detail: { miss },
      ...askedFor,
      ...proved,
    });
  });

  test('that STS refused has the plan and what STS said', () => {
    const detail = { stsHost: 'sts.eu-central-1.amazonaws.com', stsStatus: 403, stsCode: 'AccessDenied' };
    expect(recorded({ asked, identity, session }, new Refusal('sts_denied', detail))).toEqual({
      ...begun,
      outcome: 'refused',
      code: 'sts_denied',
      status: 403,
      detail,
      ...askedFor,
      ...proved,
      ...planned,
    });
  });

  test('of a list of grants asks for no grant', () => {
    const record = recorded({ asked: { proof: asked.proof }, identity });
    expect(record).toEqual({
      ...begun,
      outcome: 'allowed',
      proof: askedFor.proof,
      proofKind: 'oidc',
      ...proved,
    });
  });

  test('of an operator has his ARN and what he asked for', () => {
    const operator = {
      arn: 'arn:aws:iam::111122223333:user/ops',
      asked: 'audit',
      about: { person: 'app/alice' },
    } as const;
    expect(recorded({ operator })).toEqual({
      ...begun,
      outcome: 'allowed',
      operator: operator.arn,
      operatorAsked: 'audit',
      about: { person: 'app/alice' },
    });
  });

  test('keeps no name that is none: it may be a proof in the wrong place', () => {
    const record = recorded({ asked: { ...asked, grant: 'x'.repeat(10_000) } }, new Refusal('token_malformed'));
    expect(record.grant).toBe('…');
  });

  test('finds the same proof again, however its signature is spelt', () => {
    const [header, payload] = token.split('.');
    const other = { kind: 'oidc', token: `${header}.${payload}.AAAA` } as const;
    expect(recorded({ asked: { ...asked, proof: other } }).proof).toBe(recorded({ asked }).proof);
  });
});

describe('the cause of a refusal', () => {
  const causeIn = (cause: unknown) => recorded({ asked }, new Refusal('keys_unreachable', {}, { cause })).cause;

  test('is the kind of error only: a library may quote what it was given', () => {
    expect(causeIn(new SyntaxError(`Unexpected token in ${token}`))).toBe('SyntaxError');
  });

  test('is told in full where it is our own error of the network', () => {
    expect(causeIn(new NetworkError('login.acme.example could not be reached'))).toBe(
      'NetworkError: login.acme.example could not be reached',
    );
  });

  test.each([undefined, token, { message: token }])('is nothing when it is no error: %#', (cause) => {
    expect(causeIn(cause)).toBeUndefined();
  });
});

describe('a fault', () => {
  test('has its kind and its place', () => {
    const record = recorded({ asked, identity }, new TypeError('x is not a function'));
    expect(record).toMatchObject({
      outcome: 'fault',
      code: 'broker_fault',
      status: 500,
      cause: 'TypeError',
      ...proved,
    });
    expect(record.stack).toEqual(expect.arrayContaining([expect.stringMatching(/^at .+audit-record\.test\.ts/)]));
  });

  test('does not tell the message of a library', () => {
    expect(JSON.stringify(recorded({ asked }, new Error(`cannot read ${token}`)))).not.toContain('cannot read');
  });

  test('does not tell the message of a library that runs over several lines', () => {
    const record = recorded({ asked }, new Error(`cannot read\n${token}\nnor\n${sessionToken}`));
    expect(record.stack).toEqual(expect.arrayContaining([expect.stringMatching(/^at /)]));
  });

  test.each([token, 42, null, { token }])('that is no error is recorded without what it is: %#', (thrown) => {
    const record = recorded({ asked }, thrown);
    expect(record).toEqual({ ...begun, outcome: 'fault', code: 'broker_fault', status: 500, ...askedFor });
  });
});
