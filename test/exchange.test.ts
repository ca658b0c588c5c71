import { describe, expect, test } from 'vitest';
import type { Trail } from '../lib/audit/audit-record.ts';
import { type Broker, exchange, listGrants } from '../lib/exchange.ts';
import type { Grant } from '../lib/grant/grant.ts';
import { fetchSigningKeys } from '../lib/identity/oidc/discovery.ts';
import { keyCache } from '../lib/identity/oidc/key-cache.ts';
import type { CredentialIssuer, Issued } from '../lib/issue/credential-issuer.ts';
import { Refusal, type RefusalCode } from '../lib/refusal.ts';
import type { SessionPlan } from '../lib/session/plan-session.ts';
import { aGrant, aSessionPolicy, grantsNamed } from './kit/builders.ts';
import { aMoment, anIssuer } from './kit/issuer.ts';

const login = anIssuer();
const stranger = anIssuer({ issuer: 'https://login.evil.example' });

const issued: Issued = {
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    expiration: new Date('2026-06-01T13:00:00Z'),
  },
  assumedRoleUser: { arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice', assumedRoleId: 'AROA:alice' },
};

/** An STS in memory: remembers the plans and answers with credentials or with this error. */
function anSts(error?: Error): CredentialIssuer & { readonly plans: SessionPlan[] } {
  const plans: SessionPlan[] = [];
  return {
    plans,
    issue(plan) {
      plans.push(plan);
      return error ? Promise.reject(error) : Promise.resolve(issued);
    },
  };
}

function aBroker({
  grants = [aGrant()],
  sts = anSts(),
}: {
  grants?: readonly Grant[];
  sts?: CredentialIssuer;
} = {}): Broker {
  const network = login.network();
  const provider = {
    name: 'app',
    issuer: login.issuer,
    audiences: ['web'],
    awsClaims: [],
    clockLeewaySeconds: 60,
    longestTokenLifetimeSeconds: 86_400,
    keys: keyCache(() => fetchSigningKeys(login.issuer, network)),
  };
  return {
    providers: { oidc: new Map([[login.issuer, provider]]) },
    grants: grantsNamed(...grants),
    issuer: sts,
    audit: () => {
      throw new Error('the rim writes the record, not the exchange');
    },
    clock: () => aMoment,
  };
}

const asking = (token: string, grant = 'files') => ({ proof: { kind: 'oidc', token } as const, grant });

async function refusedWith(promise: Promise<unknown>, code: RefusalCode): Promise<Refusal> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (!(error instanceof Refusal)) throw error;
  expect(error.code).toBe(code);
  return error;
}

describe('an exchange', () => {
  test('goes from a token over a grant and a plan to credentials, and leaves its trail', async () => {
    const sts = anSts();
    const grant = aGrant({
      when: { 'ForAnyValue:StringLike': { groups: 'editors-*' } },
      sessionName: '{email}',
      policy: aSessionPolicy([{ resources: ['arn:aws:s3:::privet/{tenant.id}/*'] }]),
    });
    const token = login.token({ email: 'alice@acme.example', groups: ['editors-eu'], tenant: { id: 7 } });
    const request = { ...asking(token), durationSeconds: 900 };
    const trail: Trail = {};

    const exchanged = await exchange(request, aBroker({ grants: [grant], sts }), trail);

    const session: SessionPlan = {
      way: 'forward',
      proof: { kind: 'oidc', token },
      roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
      sessionName: 'alice@acme.example',
      duration: { seconds: 900 },
      policy:
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],' +
        '"Resource":["arn:aws:s3:::privet/7/*"]}]}',
    };
    expect(exchanged).toEqual({ ...issued, grant, session });
    expect(sts.plans).toEqual([session]);
    expect(trail).toMatchObject({ asked: request, identity: { provider: 'app', subject: 'alice' }, session, issued });
  });

  test.each<[what: string, token: string, code: RefusalCode]>([
    ['no JWT', 'token', 'token_malformed'],
    ['of a stranger', stranger.token(), 'issuer_unknown'],
    ['of a stranger who says to be ours', stranger.token({ iss: login.issuer }), 'signature_invalid'],
    ['expired', login.token({ exp: aMoment.getTime() / 1000 - 61 }), 'token_expired'],
    ['for somebody else', login.token({ aud: 'other' }), 'audience_mismatch'],
  ])('with a token that is %s ends at the proof', async (_, token, code) => {
    const sts = anSts();
    const trail: Trail = {};
    await refusedWith(exchange(asking(token), aBroker({ sts }), trail), code);
    expect(Object.keys(trail)).toEqual(['asked']);
    expect(sts.plans).toEqual([]);
  });

  test.each<[what: string, grant: string, code: RefusalCode, miss: object]>([
    ['no grant of that name', 'other', 'grant_unknown', { reason: 'no such grant' }],
    [
      'a grant of another provider',
      'deploy',
      'grant_denied',
      { reason: 'another provider', expected: 'ci', got: 'app' },
    ],
    [
      'a grant for somebody else',
      'files',
      'grant_denied',
      { reason: 'condition', operator: 'StringEquals', key: 'sub', expected: ['bob'], got: ['alice'] },
    ],
  ])('with %s ends at the decision, which is told to the trail only', async (_, name, code, miss) => {
    const sts = anSts();
    const trail: Trail = {};
    const grants = [aGrant({ when: { StringEquals: { sub: 'bob' } } }), aGrant({ name: 'deploy', from: 'ci' })];
    const refusal = await refusedWith(exchange(asking(login.token(), name), aBroker({ grants, sts }), trail), code);
    expect(refusal.detail).toEqual({ miss });
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
    expect(sts.plans).toEqual([]);
  });

  test('with a claim that the session cannot use ends at the plan', async () => {
    const sts = anSts();
    const trail: Trail = {};
    const grants = [aGrant({ policy: aSessionPolicy([{ resources: ['arn:aws:s3:::privet/{tenant}/*'] }]) })];
    const token = login.token({ tenant: '*' });
    await refusedWith(exchange(asking(token), aBroker({ grants, sts }), trail), 'session_unrenderable');
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
    expect(sts.plans).toEqual([]);
  });

  test('that STS refuses has a plan and nothing issued', async () => {
    const trail: Trail = {};
    const sts = anSts(new Refusal('sts_denied'));
    await refusedWith(exchange(asking(login.token()), aBroker({ sts }), trail), 'sts_denied');
    expect(Object.keys(trail)).toEqual(['asked', 'identity', 'session']);
  });

  test('does not make a refusal of a fault', async () => {
    const bug = new TypeError('x is not a function');
    await expect(exchange(asking(login.token()), aBroker({ sts: anSts(bug) }), {})).rejects.toBe(bug);
  });
});

describe('the list of grants', () => {
  const grants = [
    aGrant({ name: 'z' }),
    aGrant({ name: 'bobs', when: { StringEquals: { sub: 'bob' } } }),
    aGrant({ name: 'ci', from: 'ci' }),
    aGrant({ name: 'a' }),
  ];

  test('has those that the proof may get, and nothing is issued', async () => {
    const sts = anSts();
    const trail: Trail = {};
    const fitting = await listGrants({ proof: asking(login.token()).proof }, aBroker({ grants, sts }), trail);
    expect(fitting.map(({ name }) => name)).toEqual(['z', 'a']);
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
    expect(sts.plans).toEqual([]);
  });

  test('is for those who prove who they are', async () => {
    const trail: Trail = {};
    await refusedWith(
      listGrants({ proof: asking(stranger.token()).proof }, aBroker({ grants }), trail),
      'issuer_unknown',
    );
    expect(Object.keys(trail)).toEqual(['asked']);
  });
});
