import { describe, expect, test } from 'vitest';
import type { Trail } from '../lib/audit/audit-record.ts';
import type { ConsoleWish } from '../lib/console/console-link.ts';
import {
  type ConsoleBroker,
  exchange,
  type IssuingBroker,
  listGrants,
  openConsole,
  type SignInBroker,
  signIn,
} from '../lib/exchange.ts';
import type { Grant } from '../lib/grant/grant.ts';
import type { SamlProof } from '../lib/identity/identity.ts';
import { fetchSigningKeys } from '../lib/identity/oidc/discovery.ts';
import { keyCache } from '../lib/identity/oidc/key-cache.ts';
import type { Prover } from '../lib/identity/prove-identity.ts';
import type { CredentialIssuer, Issued } from '../lib/issue/credential-issuer.ts';
import { Refusal, type RefusalCode } from '../lib/refusal.ts';
import { type Once, onceIn, onceNowhere } from '../lib/replay/once.ts';
import type { Revoked } from '../lib/revoke/revoked.ts';
import type { SessionPlan } from '../lib/session/plan-session.ts';
import { signInsIn } from '../lib/sign-in/sign-ins.ts';
import type { Store } from '../lib/store/store.ts';
import { aGrant, anIdentity, aPrincipalArn, aSessionPolicy, grantsNamed, samlEvidence } from './kit/builders.ts';
import { aMoment, anIssuer } from './kit/issuer.ts';
import { aSilentStore, aStore } from './kit/store.ts';

const login = anIssuer();
const stranger = anIssuer({ issuer: 'https://login.evil.example' });

const issued: Issued = {
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'session',
    expiration: new Date('2026-06-01T13:00:00Z'),
  },
  user: {
    kind: 'assumed-role' as const,
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    userId: 'AROA:alice',
  },
  told: new Map(),
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
  once = onceNowhere,
  saml,
  revoked = async () => () => undefined,
}: {
  grants?: readonly Grant[];
  sts?: CredentialIssuer;
  once?: Once;
  saml?: Prover<SamlProof>;
  revoked?: Revoked;
} = {}): IssuingBroker {
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
    providers: { oidc: new Map([[login.issuer, provider]]), ...(saml && { saml }) },
    once,
    grants: grantsNamed(...grants),
    issuer: sts,
    revoked,
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

describe('what is revoked', () => {
  test('is refused after the decision and before STS is asked, and the trail tells of what', async () => {
    const sts = anSts();
    const trail: Trail = {};
    const revoked: Revoked = async () => () => {
      throw new Refusal('revoked', { what: 'person' });
    };
    await refusedWith(exchange(asking(login.token()), aBroker({ sts, revoked }), trail), 'revoked');
    expect(sts.plans).toEqual([]);
    expect(trail).toMatchObject({ identity: { subject: 'alice' }, granted: { name: 'files' } });
  });

  test('that nobody can tell of is given to nobody', async () => {
    const sts = anSts();
    const revoked: Revoked = () => Promise.reject(new Refusal('store_unavailable'));
    await refusedWith(exchange(asking(login.token()), aBroker({ sts, revoked }), {}), 'store_unavailable');
    expect(sts.plans).toEqual([]);
  });

  test('is asked beside the proof, and a proof that fails is told first', async () => {
    let asked = 0;
    const revoked: Revoked = () => {
      asked++;
      return Promise.reject(new Refusal('store_unavailable'));
    };
    await refusedWith(exchange(asking('token'), aBroker({ revoked }), {}), 'token_malformed');
    expect(asked).toBe(1);
  });
});

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
      evidence: { kind: 'oidc', token },
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
    expect(Object.keys(trail)).toEqual(['asked', 'identity', 'granted']);
    expect(sts.plans).toEqual([]);
  });

  test('that STS refuses has a plan and nothing issued', async () => {
    const trail: Trail = {};
    const sts = anSts(new Refusal('sts_denied'));
    await refusedWith(exchange(asking(login.token()), aBroker({ sts }), trail), 'sts_denied');
    expect(Object.keys(trail)).toEqual(['asked', 'identity', 'granted', 'session']);
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

  test('that is empty tells the trail why, for each grant of the provider', async () => {
    const trail: Trail = {};
    const others = [aGrant({ name: 'b', when: { StringEquals: { sub: 'bob' } } }), aGrant({ name: 'c', from: 'corp' })];
    expect(await listGrants({ proof: asking(login.token()).proof }, aBroker({ grants: others }), trail)).toEqual([]);
    expect(trail.listed?.misses).toEqual({
      b: { reason: 'condition', operator: 'StringEquals', key: 'sub', expected: ['bob'], got: ['alice'] },
    });
  });

  test('has those that the proof may get, and nothing is issued', async () => {
    const sts = anSts();
    const trail: Trail = {};
    const fitting = await listGrants({ proof: asking(login.token()).proof }, aBroker({ grants, sts }), trail);
    expect(fitting.map(({ name }) => name)).toEqual(['z', 'a']);
    expect(Object.keys(trail)).toEqual(['asked', 'identity', 'listed']);
    expect(trail.listed).toEqual({ grants: fitting, misses: {} });
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

const samlProof = { kind: 'saml', samlResponse: 'PHNhbWw+', arrival: { by: 'client' } } as const;
const reserved = ['request#1', 'assertion#1'].map((key) => ({ key, until: new Date(aMoment.getTime() + 420_000) }));
const samlIdentity = { ...anIdentity({ evidence: samlEvidence() }), once: reserved };
const samlGrant = aGrant({ principalArn: aPrincipalArn });
const askingWithResponse = { proof: samlProof, grant: 'files' };

describe('a proof that is good once', () => {
  const saml = () => Promise.resolve(samlIdentity);

  test('is reserved after it is proved and before anything is decided', async () => {
    const store = aStore();
    const trail: Trail = {};
    const broker = aBroker({ saml, once: onceIn(store), grants: [] });
    await refusedWith(exchange(askingWithResponse, broker, trail), 'grant_unknown');
    expect(store.items).toEqual(reserved);
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
  });

  test('gives credentials once', async () => {
    const sts = anSts();
    const broker = aBroker({ saml, once: onceIn(aStore()), grants: [samlGrant], sts });
    const { session } = await exchange(askingWithResponse, broker, {});
    expect(session).toMatchObject({ evidence: samlEvidence(), principalArn: aPrincipalArn });
    const trail: Trail = {};
    const refusal = await refusedWith(exchange(askingWithResponse, broker, trail), 'proof_replayed');
    expect(refusal.detail).toEqual({ what: 'request' });
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
    expect(sts.plans).toHaveLength(1);
  });

  test('of many at once gives credentials to one', async () => {
    const sts = anSts();
    const broker = aBroker({ saml, once: onceIn(aStore()), grants: [samlGrant], sts });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => exchange(askingWithResponse, broker, {})),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(sts.plans).toHaveLength(1);
  });

  test.each<[what: string, once: Once]>([
    ['no store', onceNowhere],
    ['a store that nobody can reach', onceIn(aSilentStore(new Refusal('store_unavailable')))],
  ])('with %s gives nothing', async (_, once) => {
    const sts = anSts();
    await refusedWith(
      exchange(askingWithResponse, aBroker({ saml, once, grants: [samlGrant], sts }), {}),
      'store_unavailable',
    );
    expect(sts.plans).toEqual([]);
  });

  test('that is not proved reserves nothing', async () => {
    const store = aStore();
    const broker = aBroker({ saml: () => Promise.reject(new Refusal('signature_invalid')), once: onceIn(store) });
    await refusedWith(exchange(askingWithResponse, broker, {}), 'signature_invalid');
    expect(store.items).toEqual([]);
  });

  test('is spent by a list of grants too', async () => {
    const store = aStore();
    await listGrants({ proof: samlProof }, aBroker({ saml, once: onceIn(store) }), {});
    expect(store.items).toEqual(reserved);
  });

  test('of a kind that the door is not given is refused', async () => {
    await refusedWith(exchange(askingWithResponse, aBroker(), {}), 'issuer_unknown');
    const handle = { kind: 'sign-in', handle: 'a.b' } as const;
    await refusedWith(exchange({ proof: handle, grant: 'files' }, aBroker({ saml }), {}), 'issuer_unknown');
  });
});

describe('a sign-in', () => {
  const saml = () => Promise.resolve(samlIdentity);
  const brokerWith = (store: Store): SignInBroker => ({
    ...aBroker({ saml, once: onceIn(store) }),
    signIns: signInsIn(store),
  });

  test('is kept when the proof is spent, until the proof ends', async () => {
    const store = aStore();
    const trail: Trail = {};
    const { handle, until } = await signIn({ proof: samlProof }, brokerWith(store), trail);
    expect(until).toEqual(samlIdentity.provenUntil);
    expect(store.items.map(({ key }) => key.split('#')[0])).toEqual(['request', 'assertion', 'sign-in']);
    expect(await signInsIn(store).prove({ kind: 'sign-in', handle }, aMoment)).toEqual({ ...samlIdentity, once: [] });
    expect(Object.keys(trail)).toEqual(['asked', 'identity']);
  });

  test('is not kept a second time', async () => {
    const store = aStore();
    await signIn({ proof: samlProof }, brokerWith(store), {});
    await refusedWith(signIn({ proof: samlProof }, brokerWith(store), {}), 'proof_replayed');
    expect(store.items).toHaveLength(3);
  });
});

describe('the way into the console', () => {
  const wished: ConsoleWish[] = [];
  const broker = (error?: Error): ConsoleBroker => ({
    ...aBroker({
      grants: [samlGrant, aGrant({ name: 'other', from: 'corp' })],
      saml: () => Promise.resolve(samlIdentity),
      once: onceIn(aStore()),
    }),
    url: 'https://access.acme.example',
    console: {
      checkDestination: (destination) => {
        if (destination?.includes('evil')) throw new Refusal('destination_not_allowed');
      },
      link: (wish) => {
        wished.push(wish);
        return error ? Promise.reject(error) : Promise.resolve('https://signin.aws.amazon.com/federation?…');
      },
    },
  });

  test('is refused for another page before anything is proved or issued', async () => {
    const trail: Trail = {};
    const request = { ...askingWithResponse, destination: 'https://evil.example/' };
    await expect(openConsole(request, broker(), trail)).rejects.toMatchObject({ code: 'destination_not_allowed' });
    expect(trail).toEqual({});
  });

  test('is a link for what was issued, with our own page to sign in again', async () => {
    const trail: Trail = {};
    const request = { ...askingWithResponse, destination: 'https://console.aws.amazon.com/s3/' };
    expect(await openConsole(request, broker(), trail)).toBe('https://signin.aws.amazon.com/federation?…');
    expect(wished.at(-1)).toMatchObject({
      issued,
      destination: 'https://console.aws.amazon.com/s3/',
      signInPage: 'https://access.acme.example/sign-in/app',
      now: aMoment,
    });
    expect(Object.keys(trail)).toEqual(['asked', 'identity', 'granted', 'session', 'issued']);
  });

  test('leads a machine back to the address alone: it has no page to sign in at', async () => {
    const proof = { kind: 'aws', request: 'daypass-aws-v1.e30' } as const;
    const aws = () => Promise.resolve(samlIdentity);
    const means = broker();
    await openConsole({ ...askingWithResponse, proof }, { ...means, providers: { ...means.providers, aws } }, {});
    expect(wished.at(-1)?.signInPage).toBe('https://access.acme.example');
  });

  test('without a destination wishes for none', async () => {
    await openConsole(askingWithResponse, broker(), {});
    expect(wished.at(-1)).not.toHaveProperty('destination');
  });

  test('is none where there are no credentials', async () => {
    const before = wished.length;
    await refusedWith(openConsole({ ...askingWithResponse, grant: 'other' }, broker(), {}), 'grant_denied');
    expect(wished).toHaveLength(before);
  });

  test('that AWS refuses tells what was issued all the same', async () => {
    const trail: Trail = {};
    await refusedWith(
      openConsole(askingWithResponse, broker(new Refusal('console_refused')), trail),
      'console_refused',
    );
    expect(trail.issued).toEqual(issued);
  });
});
