// What goes wrong around the doors, one thing at a time: nothing is issued that should not be, nothing twice, and the caller
// is told within his time. The table of it is printed at the end.

import { createPublicKey } from 'node:crypto';
import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import { gatewayServer } from '../../lib/local/gateway.ts';
import { fault as ours, type RefusalCode, refusals } from '../../lib/refusal.ts';
import { type DoorName, routes } from '../../lib/routes.ts';
import { type AskedDoor, askedDoors, askingFor, type Proof } from '../kit/asking.ts';
import {
  answers,
  answersTooMuch,
  asAlways,
  at,
  clock,
  type Fault,
  first,
  hangs,
  issuers,
  isUnreachable,
  kms,
  losesItsAnswer,
  nothingWrong,
  secret,
  secretsManager,
  sts,
  stsSays,
  table,
} from '../kit/faults.ts';
import { anIssuer } from '../kit/issuer.ts';
import { freePorts, serving } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes, type ResponseSettings } from '../kit/saml-idp.ts';
import { aStack, doors, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
/** The same issuer when it has changed its keys. */
const rotated = anIssuer({ issuer: issuer.issuer, keyId: 'key-2' });
const day = 86_400_000;
const validity = { from: new Date(Date.now() - day), until: new Date(Date.now() + day) };
const [corp, encryptedFor] = await Promise.all([aSamlIdp(validity), aSamlIdp(validity)]);
const recipient = 'https://signin.aws.amazon.com/saml';
const account = '111122223333';
const role = { permissions: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::a/*'] }] };
const fromCi = { from: 'ci', when: 'anyone', role, acceptsDirectStsCalls: true };
const configuration = loadConfiguration(
  {
    providers: {
      ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } },
      corp: { saml: { metadata: 'corp.xml', allowUnsolicited: 'clients', recipients: [recipient] } },
    },
    grants: {
      often: fromCi,
      once: { ...fromCi, oneTime: true },
      assertions: { from: 'corp', when: 'anyone', role },
      vouched: { from: 'ci', when: 'anyone', role, way: 'vouch' },
      'vouched-once': { from: 'ci', when: 'anyone', role, way: 'vouch', oneTime: true },
      chained: { from: 'ci', when: 'anyone', role, way: 'chain' },
      federated: { from: 'ci', when: 'anyone', role, way: 'federation-token', session: { policy: role.permissions } },
    },
    sts: { fallbackRegions: ['us-west-2'] },
    saml: {
      decryption: {
        certificate: 'our.pem',
        privateKey: `arn:aws:secretsmanager:us-east-1:${account}:secret:decryption-AbCdEf`,
      },
    },
  },
  {
    documents: documentsOf({
      'corp.xml': aMetadata({ entityId: corp.entityId, certificates: [corp.certificate] }),
      'our.pem': `-----BEGIN CERTIFICATE-----\n${encryptedFor.certificate}\n-----END CERTIFICATE-----\n`,
    }),
    now: new Date(),
  },
);

let stack: RunningStack;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
const rims = new Map<DoorName, Rim>();

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  const port = await freePorts(4);
  stack = await aStack({
    configuration: { ...configuration, url: `http://127.0.0.1:${port}` },
    port,
    standIns: new Map([[issuer.issuer, ci.address]]),
    rim: (rim, door) => {
      rims.set(door, rim);
      return rim;
    },
  });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

const seconds = () => Math.floor(Date.now() / 1000);
let count = 0;
const aToken = (from = issuer, later = 0) =>
  from.token({ iat: seconds() + later, exp: seconds() + later + 300, jti: `token-${++count}` });
const aResponse = (settings: ResponseSettings = {}) =>
  corp.response({
    at: new Date(),
    audience: `${stack.gateway}/saml/metadata`,
    destination: recipient,
    recipient,
    inResponseTo: null,
    ...settings,
    attributes: {
      [`${awsAttributes}Role`]: [
        `arn:aws:iam::${account}:role/daypass-assertions,arn:aws:iam::${account}:saml-provider/daypass-corp`,
      ],
    },
  });

/** What is brought, and the grant it is brought for. */
const proofs = {
  token: { grant: 'often', make: (): Proof => ({ token: aToken() }) },
  'token once': { grant: 'once', make: (): Proof => ({ token: aToken() }) },
  'token, vouched': { grant: 'vouched', make: (): Proof => ({ token: aToken() }) },
  'token once, vouched': { grant: 'vouched-once', make: (): Proof => ({ token: aToken() }) },
  'token, chained': { grant: 'chained', make: (): Proof => ({ token: aToken() }) },
  'token, federated': { grant: 'federated', make: (): Proof => ({ token: aToken() }) },
  assertion: { grant: 'assertions', make: (): Proof => ({ samlResponse: aResponse() }) },
  'encrypted assertion': {
    grant: 'assertions',
    make: (): Proof => ({
      samlResponse: aResponse({
        encrypt: { publicKey: createPublicKey(encryptedFor.privateKey) },
      }),
    }),
  },
} as const;
type ProofKind = keyof typeof proofs;

interface Door {
  ask(proof: Proof, grant: string): Promise<Told>;
  /** Lets time pass. */
  readonly pass: (milliseconds: number) => void;
  /** Requests to STS so far. */
  readonly stsCalls: () => number;
}

interface Told {
  readonly status: number;
  readonly body: string;
  /** `allowed`, the code of a refusal, or that of a fault. */
  readonly result: string;
  /** As the door's clock has it: what is waited for passes at once. */
  readonly milliseconds: number;
  readonly isGiven: boolean;
}

/** A function of its own with something wrong around it. */
async function aDoor(name: AskedDoor, fault: Fault): Promise<Door> {
  const given = rims.get(name);
  if (!given) throw new Error(`The door ${name} was not opened.`);
  let passed = 0;
  let stsCalls = 0;
  const lines: Record<string, unknown>[] = [];
  const rim: Rim = {
    ...given,
    clock: () => new Date(Date.now() + passed),
    writeLine: (line) => void lines.push(JSON.parse(line)),
  };
  const pass = (milliseconds: number) => {
    passed += milliseconds;
  };
  const opened: Server[] = [];
  const serve = async (server: Server) => {
    opened.push(server);
    return serving(server);
  };
  const faulty: Rim = { ...rim, ...(await fault({ rim, aws: stack.aws, pass, serving: serve })) };
  const counted = {
    send: (request: Parameters<Rim['sts']['send']>[0]) => {
      if (request.body?.includes('Action=AssumeRole')) stsCalls += 1;
      return faulty.sts.send(request);
    },
  };
  const handler = doors[name]({ ...faulty, sts: counted });
  const address = await serving(
    gatewayServer({ routes, handlers: new Map([[name, handler]]), cors: undefined, account, clock: rim.clock }),
  );
  return {
    pass,
    stsCalls: () => stsCalls,
    async ask(proof, grant) {
      const { path, init } = askingFor[name](grant, proof);
      const [began, before] = [performance.now(), passed];
      const answer = await fetch(address + path, init);
      const body = await answer.text();
      const milliseconds = Math.round(performance.now() - began + passed - before);
      // Of several at once each has its own line: a refusal tells its id.
      const requestId = /"requestId":"([^"]+)"/.exec(body)?.[1];
      const isOwn = (line: Record<string, unknown>) =>
        requestId === undefined
          ? (line.outcome === 'allowed') === (answer.status === 200)
          : line.requestId === requestId;
      const line = lines.findLast(isOwn) ?? lines.at(-1);
      const result = String(line?.outcome === 'allowed' ? 'allowed' : line?.code);
      return { status: answer.status, body, result, milliseconds, isGiven: answer.status === 200 };
    },
  };
}

type Result = RefusalCode | 'allowed' | 'fault';

/** A row of the table. Milliseconds are the most it may take: a function has 20,000. */
type Row = readonly [
  fault: string,
  make: Fault,
  proof: ProofKind,
  result: Result,
  /** What comes of the same proof a second time, when all is well again. */
  again: Result,
  within?: number,
];

const sane = 2000;
const { sts: soundSts } = asAlways;
const keys = (body: unknown) => answers(200, JSON.stringify(body));
const discovery = { issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/keys` };
const keySet = (...all: readonly (typeof issuer)[]) => keys({ keys: all.map(({ publicJwk }) => publicJwk) });
/** An issuer whose discovery is sound. */
const keysOf = (answer: Parameters<typeof issuers>[0]) =>
  issuers((request, around, count) =>
    request.url.endsWith('/keys') ? answer(request, around, count) : keys(discovery)(request, around, count),
  );

/** Whoever adds a way of issuing or a door adds what can go wrong with it. */
const rows: readonly Row[] = [
  ['none', nothingWrong, 'token', 'allowed', 'allowed'],
  ['none', nothingWrong, 'token once', 'allowed', 'proof_replayed'],
  ['none', nothingWrong, 'assertion', 'allowed', 'proof_replayed'],
  ['STS throttles once', sts(first(1, stsSays(400, 'Throttling'), soundSts)), 'assertion', 'allowed', 'proof_replayed'],
  ['STS throttles everywhere', sts(stsSays(400, 'Throttling')), 'assertion', 'sts_unavailable', 'proof_replayed'],
  [
    'STS fails in the first Region',
    sts(at('us-east-1', stsSays(500, 'InternalFailure'), soundSts)),
    'token',
    'allowed',
    'allowed',
  ],
  ['STS fails everywhere', sts(stsSays(503, 'ServiceUnavailable')), 'token once', 'sts_unavailable', 'proof_replayed'],
  [
    'STS hangs in the first Region',
    sts(at('us-east-1', hangs, soundSts)),
    'assertion',
    'allowed',
    'proof_replayed',
    3000 + sane,
  ],
  ['STS hangs everywhere', sts(hangs), 'token', 'sts_unavailable', 'allowed', 6000 + sane],
  [
    'STS is unreachable in the first Region',
    sts(at('us-east-1', isUnreachable, soundSts)),
    'assertion',
    'allowed',
    'proof_replayed',
  ],
  ['STS is unreachable everywhere', sts(isUnreachable), 'assertion', 'sts_unavailable', 'proof_replayed'],
  [
    'STS loses its answer in the first Region',
    sts(at('us-east-1', losesItsAnswer, soundSts)),
    'token once',
    'allowed',
    'proof_replayed',
  ],
  ['STS answers what is no answer', sts(answers(200, '<html>')), 'assertion', 'fault', 'proof_replayed'],
  ['STS is off in both Regions', sts(stsSays(403, 'RegionDisabledException')), 'token', 'sts_unavailable', 'allowed'],
  ['STS cannot reach the issuer', sts(stsSays(400, 'IDPCommunicationError')), 'token', 'sts_unavailable', 'allowed'],
  ['the table is down', table('down'), 'assertion', 'store_unavailable', 'allowed'],
  ['the table is down', table('down'), 'token once', 'store_unavailable', 'allowed'],
  // Nobody knows then who is revoked; a door that knew within ten minutes goes by that.
  ['the table is down', table('down'), 'token', 'store_unavailable', 'allowed'],
  ['the table throttles', table('throttled'), 'assertion', 'store_unavailable', 'allowed'],
  ['the table fails', table('failing'), 'token once', 'store_unavailable', 'allowed'],
  ['the table is slow', table('slow'), 'assertion', 'store_unavailable', 'proof_replayed', 6000],
  ['the table loses its answer', table('losing its first answer'), 'token once', 'proof_replayed', 'proof_replayed'],
  [
    'Secrets Manager is down',
    secret(() => Promise.reject(new Error('InternalServiceError'))),
    'encrypted assertion',
    'fault',
    'fault',
  ],
  [
    'Secrets Manager is down',
    secret(() => Promise.reject(new Error('InternalServiceError'))),
    'token',
    'allowed',
    'allowed',
  ],
  [
    'Secrets Manager is down',
    secret(() => Promise.reject(new Error('InternalServiceError'))),
    'assertion',
    'allowed',
    'proof_replayed',
  ],
  ['none', nothingWrong, 'token, vouched', 'allowed', 'allowed'],
  ['none', nothingWrong, 'token, chained', 'allowed', 'allowed'],
  ['none', nothingWrong, 'token, federated', 'allowed', 'allowed'],
  ['KMS is down', kms('down'), 'token, vouched', 'signer_unavailable', 'allowed'],
  ['KMS is down', kms('down'), 'token once, vouched', 'signer_unavailable', 'proof_replayed'],
  ['KMS is down', kms('down'), 'token, chained', 'allowed', 'allowed'],
  ['KMS throttles', kms('throttled'), 'token, vouched', 'signer_unavailable', 'allowed'],
  ['KMS is slow', kms('slow'), 'token, vouched', 'signer_unavailable', 'allowed', 6000],
  ['Secrets Manager is down', secretsManager('down'), 'token, federated', 'signer_unavailable', 'allowed'],
  ['Secrets Manager is slow', secretsManager('slow'), 'token, federated', 'signer_unavailable', 'allowed', 6000],
  ['STS fails everywhere', sts(stsSays(503, 'ServiceUnavailable')), 'token, chained', 'sts_unavailable', 'allowed'],
  [
    'STS fails in the first Region',
    sts(at('us-east-1', stsSays(500, 'InternalFailure'), soundSts)),
    'token, federated',
    'allowed',
    'allowed',
  ],
  ['the keys answer 503', keysOf(answers(503, '')), 'token once', 'keys_unreachable', 'allowed'],
  ['the keys hang', keysOf(hangs), 'token', 'keys_unreachable', 'allowed', 2500 + sane],
  ['discovery and keys hang', issuers(hangs), 'token', 'keys_unreachable', 'allowed', 5000 + sane],
  ['the keys are huge', keysOf(answersTooMuch), 'token', 'keys_unreachable', 'allowed'],
  ['the keys are no JSON', keysOf(answers(200, '<html>')), 'token', 'keys_unreachable', 'allowed'],
  ['the keys are sent elsewhere', keysOf(answers(302, '')), 'token', 'keys_unreachable', 'allowed'],
  ['the keys are others', keysOf(keySet(rotated)), 'token once', 'key_unknown', 'allowed'],
  ['the clock is 10 minutes ahead', clock(600), 'token', 'token_expired', 'allowed'],
  ['the clock is 10 minutes behind', clock(-600), 'token', 'token_not_yet_valid', 'allowed'],
  ['the clock is 10 minutes ahead', clock(600), 'assertion', 'assertion_expired', 'allowed'],
  ['the clock is 10 minutes behind', clock(-600), 'assertion', 'assertion_not_yet_valid', 'allowed'],
];

const statusOf = (result: Result) =>
  result === 'allowed' ? 200 : result === 'fault' ? ours.status : refusals[result].status;
const resultOf = (result: Result) => (result === 'fault' ? ours.error : result);

const printed: (readonly string[])[] = [['fault', 'proof', 'outcome', 'status', 'code', 'ms']];
const noted = (fault: string, proof: string, { status, result, milliseconds, isGiven }: Told) =>
  printed.push([fault, proof, isGiven ? 'given' : 'refused', String(status), result, String(milliseconds)]);
afterAll(() => {
  const widths = printed[0]?.map((_, column) => Math.max(...printed.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = printed.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  process.stdout.write(`\n${lines.map((line) => line.trimEnd()).join('\n')}\n\n`);
});

describe('one fault at a time', () => {
  test.for(rows)('%s', async ([fault, make, proof, result, again, within = sane]) => {
    const { grant, make: bring } = proofs[proof];
    const brought = bring();
    const door = await aDoor('credentials', make);
    const told = await door.ask(brought, grant);
    noted(fault, proof, told);
    expect([told.status, told.result]).toEqual([statusOf(result), resultOf(result)]);
    expect(told.milliseconds).toBeLessThan(within);
    if (result !== 'allowed') expect(told.body).not.toMatch(/ASIA|secretAccessKey/);
    expect(JSON.parse(told.body)).toMatchObject(
      told.isGiven
        ? { expiresIn: expect.any(Number) }
        : { message: expect.stringMatching(/\.$/), requestId: expect.any(String) },
    );
    // Then all is well again, at another function.
    const second = await (await aDoor('credentials', proof === 'encrypted assertion' ? make : nothingWrong)).ask(
      brought,
      grant,
    );
    expect(second.result).toBe(resultOf(again));
  });

  const elsewhere = askedDoors.filter((door) => door !== 'credentials');
  test.each(elsewhere)('sounds the same through %s', async (door) => {
    // That one takes no assertions; and the table that is slow costs four seconds each time.
    const fitting = rows.filter(
      ([fault, , proof]) =>
        (door !== 'container-credentials' || proof.startsWith('token')) &&
        !fault.endsWith('slow') &&
        // STS is asked for a role there, and a federated session has none.
        (door !== 'sts-query' || proof !== 'token, federated'),
    );
    await Promise.all(
      fitting.map(async ([fault, make, proof, result]) => {
        const { grant, make: bring } = proofs[proof];
        const told = await (await aDoor(door, make)).ask(bring(), grant);
        expect([fault, proof, told.result]).toEqual([fault, proof, resultOf(result)]);
        expect([fault, proof, told.isGiven]).toEqual([fault, proof, result === 'allowed']);
      }),
    );
  });
});

describe('keys that change while tokens come', () => {
  test('are looked up when one is not known, at most every ten seconds, and the old ones end', async () => {
    let published = [issuer];
    const door = await aDoor(
      'credentials',
      keysOf((...asked) => keySet(...published)(...asked)),
    );
    const ask = async (what: string, from: typeof issuer, later = 0) => {
      const told = await door.ask({ token: aToken(from, later) }, 'often');
      noted(what, 'token', told);
      return told.result;
    };
    expect(await ask('keys: as always', issuer)).toBe('allowed');
    published = [issuer, rotated];
    expect(await ask('keys: a new one, at once', rotated)).toBe('key_unknown');
    door.pass(10_000);
    // STS of this machine knows the old keys only: so far our own verification came.
    expect(await ask('keys: a new one, 10 s later', rotated)).toBe('sts_refused_token');
    published = [rotated];
    door.pass(10 * 60_000);
    expect(await ask('keys: the old one withdrawn, 10 min later', issuer, 600)).toBe('key_unknown');
  });
});

describe('two functions', () => {
  test.each(['token once', 'assertion'] as const)('that race for the %s: one of them wins', async (proof) => {
    const { grant, make } = proofs[proof];
    for (let round = 0; round < 5; round++) {
      const brought = make();
      const both = await Promise.all(askedDoors.slice(0, 2).map((door) => aDoor(door, nothingWrong)));
      const told = await Promise.all([...both, ...both].map((door) => door.ask(brought, grant)));
      expect(told.map(({ result }) => result).sort()).toEqual([
        'allowed',
        ...Array.from({ length: 3 }, () => 'proof_replayed'),
      ]);
      const [lost] = told.filter(({ isGiven }) => !isGiven);
      if (round === 0 && lost) noted('two functions race', proof, lost);
      expect(both.reduce((sum, { stsCalls }) => sum + stsCalls(), 0)).toBe(1);
    }
  });

  test.each(['token once', 'assertion'] as const)(
    'in two Regions take the %s once: they have one table',
    async (proof) => {
      const { grant, make } = proofs[proof];
      const brought = make();
      const home = await aDoor('credentials', nothingWrong);
      const elsewhere = await aDoor('credentials', ({ rim }) => ({
        environment: () => ({ ...rim.environment(), region: 'eu-central-1', tableRegion: rim.environment().region }),
      }));
      const told = await Promise.all([home, elsewhere, home, elsewhere].map((door) => door.ask(brought, grant)));
      expect(told.filter(({ isGiven }) => isGiven)).toHaveLength(1);
      expect(told.filter(({ result }) => result === 'proof_replayed')).toHaveLength(3);
    },
  );

  test.each(['token once', 'assertion'] as const)(
    'of which one is killed between reserving the %s and issuing: it stays used',
    async (proof) => {
      const { grant, make } = proofs[proof];
      const brought = make();
      let isAsked: () => void = () => undefined;
      const asked = new Promise<void>((resolve) => {
        isAsked = resolve;
      });
      let end: () => void = () => undefined;
      // STS is asked, and what asked is not there any more.
      const killed = await aDoor(
        'credentials',
        sts(() => {
          isAsked();
          return new Promise((_, reject) => {
            end = () => reject(new Error('killed'));
          });
        }),
      );
      const nobodyHears = killed.ask(brought, grant).catch(() => undefined);
      onTestFinished(async () => {
        end();
        await nobodyHears;
      });
      await asked;
      const told = await (await aDoor('credentials', nothingWrong)).ask(brought, grant);
      noted('a function is killed after it reserved', proof, told);
      expect([told.status, told.result]).toEqual([403, 'proof_replayed']);
      expect(told.body).toContain('Sign in again.');
    },
  );
});
