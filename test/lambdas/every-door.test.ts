// The same identity through every door: the same session asked of STS, the same no, each in the door's own words.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { NetworkRequest } from '../../lib/network/network.ts';
import { anIssuer, type Issuer } from '../kit/issuer.ts';
import { freePorts } from '../kit/loopback.ts';
import { aMetadata, documentsOf } from '../kit/metadata.ts';
import { aSamlIdp, awsAttributes } from '../kit/saml-idp.ts';
import { aStack, type RunningStack, serveIssuer } from '../kit/stack.ts';

const issuer: Issuer = anIssuer({ issuer: 'https://ci.acme.example' });
const day = 24 * 3_600_000;
const corp = await aSamlIdp({ from: new Date(Date.now() - day), until: new Date(Date.now() + day) });
/** Where clients of the identity provider have its responses sent. */
const recipient = 'https://signin.aws.amazon.com/saml';
const now = () => Math.floor(Date.now() / 1000);

const account = '111122223333';
const roleArn = (grant: string) => `arn:aws:iam::${account}:role/daypass-${grant}`;
const principalArn = `arn:aws:iam::${account}:saml-provider/daypass-corp`;

const permission = { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/*'] };
const editors = { StringEquals: { 'aws:RequestTag/role': 'editor' } };
const configuration = loadConfiguration(
  {
    providers: {
      ci: { oidc: { issuer: issuer.issuer, audiences: ['web'], awsClaims: ['tags'] } },
      corp: {
        saml: {
          metadata: 'corp.xml',
          allowUnsolicited: 'clients',
          recipients: [recipient],
          awsAttributes: ['tags'],
        },
      },
    },
    grants: {
      tokens: {
        from: 'ci',
        when: editors,
        acceptsDirectStsCalls: true,
        role: { permissions: [permission] },
        session: {
          name: '{email}',
          duration: '2h',
          policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/{tenant_id}/*'] }],
        },
      },
      assertions: { from: 'corp', when: editors, role: { permissions: [permission] }, session: { duration: '2h' } },
    },
  },
  {
    documents: documentsOf({ 'corp.xml': aMetadata({ entityId: corp.entityId, certificates: [corp.certificate] }) }),
    now: new Date(),
  },
);

let stack: RunningStack;
let ci: Awaited<ReturnType<typeof serveIssuer>>;
/** What was asked of STS, but for the console's own. */
const askedOfSts: NetworkRequest[] = [];

beforeAll(async () => {
  ci = await serveIssuer(issuer);
  const port = await freePorts(4);
  stack = await aStack({
    configuration: { ...configuration, url: `http://127.0.0.1:${port}` },
    port,
    standIns: new Map([[issuer.issuer, ci.address]]),
    rim: (rim) => ({
      ...rim,
      sts: {
        send: (request) => {
          if (!request.url.includes('/federation')) askedOfSts.push(request);
          return rim.sts.send(request);
        },
      },
    }),
  });
});
afterAll(() => Promise.all([stack.stop(), ci.stop()]));

type Proof = { readonly token: string } | { readonly samlResponse: string };

interface Heard {
  readonly status: number;
  /** The door's own word. */
  readonly word: string | undefined;
  readonly accessKeyId: string | undefined;
}

type Ask = (grant: string, proof: Proof) => Promise<Heard>;

const at = (path: string) => stack.gateway + path;
const json = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });

async function heard(answer: Response, wordIn: (body: string) => string | undefined): Promise<Heard> {
  const body = await answer.text();
  return { status: answer.status, word: wordIn(body), accessKeyId: /ASIA[A-Z2-7]{16}/.exec(body)?.[0] };
}
const member = (name: string) => (body: string) => (JSON.parse(body) as Record<string, string | undefined>)[name];

const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;

/** Every door that gives credentials, and how it is asked. */
const doors: Readonly<Record<string, Ask>> = {
  credentials: async (grant, proof) =>
    heard(await fetch(at('/v1/credentials'), json({ grant, ...proof })), member('error')),
  'sts-query': async (grant, proof) => {
    const fields =
      'token' in proof
        ? { Action: 'AssumeRoleWithWebIdentity', RoleSessionName: 'whatever', WebIdentityToken: proof.token }
        : { Action: 'AssumeRoleWithSAML', PrincipalArn: principalArn, SAMLAssertion: proof.samlResponse };
    const answer = await fetch(at('/'), form({ ...fields, Version: '2011-06-15', RoleArn: roleArn(grant) }));
    return heard(answer, (body) => /<Code>(\w+)</.exec(body)?.[1]);
  },
  'container-credentials': async (grant, proof) => {
    if (!('token' in proof)) throw new Error('This door takes tokens.');
    return heard(
      await fetch(at(`/v1/container/${grant}`), { headers: { authorization: proof.token } }),
      member('Code'),
    );
  },
  'token-exchange': async (grant, proof) => {
    const [subject, kind] =
      'token' in proof
        ? [proof.token, 'id_token']
        : [Buffer.from(proof.samlResponse, 'base64').toString('base64url'), 'saml2'];
    const fields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: subject,
      subject_token_type: tokenType(kind),
      audience: grant,
    };
    return heard(await fetch(at('/v1/token'), form(fields)), member('error'));
  },
  console: async (grant, proof) => {
    const answer = await fetch(at('/v1/console'), json({ grant, ...proof }));
    const told = await heard(answer, member('error'));
    // The key is in the audit line only.
    return { ...told, accessKeyId: answer.status === 200 ? String(stack.audit.at(-1)?.accessKeyId) : undefined };
  },
};
const forTokens = Object.keys(doors);
const forAssertions = forTokens.filter((door) => door !== 'container-credentials');

const tags = (role: string) => ({
  'https://aws.amazon.com/tags': { principal_tags: { role: [role], tenant: ['blue'] }, transitive_tag_keys: [] },
});
const aToken = (claims: Record<string, unknown> = {}) =>
  issuer.token({
    iat: now(),
    exp: now() + 300,
    email: 'alice@acme.example',
    tenant_id: 'blue',
    ...tags('editor'),
    ...claims,
  });

const aResponse = (role = 'editor', ago = 0) =>
  corp.response({
    at: new Date(Date.now() - ago * 1000),
    audience: `${stack.gateway}/saml/metadata`,
    destination: recipient,
    recipient,
    inResponseTo: null,
    attributes: {
      [`${awsAttributes}Role`]: [`${roleArn('assertions')},${principalArn}`],
      [`${awsAttributes}PrincipalTag:role`]: [role],
    },
  });

const damaged = (text: string) => `${text.slice(0, -12)}AAAA${text.slice(-8)}`;

const ask = async (door: string, grant: string, proof: Proof) => {
  const asking = doors[door];
  if (!asking) throw new Error(`There is no door ${door}.`);
  askedOfSts.length = 0;
  const told = await asking(grant, proof);
  return { ...told, sts: askedOfSts.map(({ body = '' }) => Object.fromEntries(new URLSearchParams(body))) };
};

describe('a token through every door', () => {
  test('asks STS for the same session: role, name, duration, policy, and the token with its tags', async () => {
    const token = aToken();
    const policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::privet/blue/*'] }],
    };
    for (const door of forTokens) {
      const { status, accessKeyId, sts } = await ask(door, 'tokens', { token });
      expect([door, status]).toEqual([door, 200]);
      expect(accessKeyId, door).toMatch(/^ASIA/);
      expect(sts, door).toEqual([
        {
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: roleArn('tokens'),
          RoleSessionName: 'alice@acme.example',
          DurationSeconds: '7200',
          Policy: JSON.stringify(policy),
          WebIdentityToken: token,
        },
      ]);
    }
  });

  test.each<
    [
      what: string,
      grant: string,
      token: () => string,
      code: string,
      words: Readonly<Record<string, readonly [number, string]>>,
    ]
  >([
    [
      'that the grant does not fit',
      'tokens',
      () => aToken(tags('viewer')),
      'grant_denied',
      {
        credentials: [403, 'grant_denied'],
        'sts-query': [403, 'AccessDenied'],
        'container-credentials': [403, 'grant_denied'],
        'token-exchange': [400, 'invalid_target'],
        console: [403, 'grant_denied'],
      },
    ],
    [
      'for a grant of nobody',
      'nothing',
      () => aToken(),
      'grant_unknown',
      {
        credentials: [403, 'grant_denied'],
        'sts-query': [403, 'AccessDenied'],
        'container-credentials': [403, 'grant_denied'],
        'token-exchange': [400, 'invalid_target'],
        console: [403, 'grant_denied'],
      },
    ],
    [
      'that has expired',
      'tokens',
      () => aToken({ iat: now() - 900, exp: now() - 600 }),
      'token_expired',
      {
        credentials: [401, 'token_expired'],
        'sts-query': [400, 'ExpiredTokenException'],
        'container-credentials': [401, 'token_expired'],
        'token-exchange': [400, 'invalid_request'],
        console: [401, 'token_expired'],
      },
    ],
    [
      'that is none',
      'tokens',
      () => 'not.a.token',
      'token_malformed',
      {
        credentials: [401, 'proof_not_verified'],
        'sts-query': [400, 'InvalidIdentityToken'],
        'container-credentials': [401, 'proof_not_verified'],
        'token-exchange': [400, 'invalid_request'],
        console: [401, 'proof_not_verified'],
      },
    ],
    [
      'whose signature is another',
      'tokens',
      () => damaged(aToken()),
      'signature_invalid',
      {
        credentials: [401, 'proof_not_verified'],
        'sts-query': [400, 'InvalidIdentityToken'],
        'container-credentials': [401, 'proof_not_verified'],
        'token-exchange': [400, 'invalid_request'],
        console: [401, 'proof_not_verified'],
      },
    ],
  ])('%s is refused in the words of each', async (_, grant, token, code, words) => {
    for (const door of forTokens) {
      const { status, word, accessKeyId, sts } = await ask(door, grant, { token: token() });
      expect([door, status, word]).toEqual([door, ...(words[door] ?? [])]);
      expect([accessKeyId, sts]).toEqual([undefined, []]);
      expect(stack.audit.at(-1)).toMatchObject({ door, outcome: 'refused', code });
    }
  });
});

describe('an assertion through every door that takes one', () => {
  test('asks STS for the same session', async () => {
    for (const door of forAssertions) {
      const samlResponse = aResponse();
      const { status, accessKeyId, sts } = await ask(door, 'assertions', { samlResponse });
      expect([door, status]).toEqual([door, 200]);
      expect(accessKeyId, door).toMatch(/^ASIA/);
      expect(sts, door).toEqual([
        {
          Action: 'AssumeRoleWithSAML',
          Version: '2011-06-15',
          RoleArn: roleArn('assertions'),
          PrincipalArn: principalArn,
          DurationSeconds: '7200',
          SAMLAssertion: samlResponse,
        },
      ]);
    }
  });

  test.each<[what: string, response: () => string, code: string, word: string]>([
    ['that the grant does not fit', () => aResponse('viewer'), 'grant_denied', 'AccessDenied'],
    ['that has expired', () => aResponse('editor', 900), 'assertion_expired', 'ExpiredTokenException'],
    ['that is none', () => 'PHNhbWxwOlJlc3BvbnNlLz4=', 'response_malformed', 'InvalidIdentityToken'],
  ])('%s is refused', async (_, response, code, word) => {
    for (const door of forAssertions) {
      const told = await ask(door, 'assertions', { samlResponse: response() });
      expect([told.accessKeyId, told.sts]).toEqual([undefined, []]);
      expect(stack.audit.at(-1)).toMatchObject({ door, outcome: 'refused', code });
      if (door === 'sts-query') expect(told.word).toBe(word);
    }
  });

  test.each(forAssertions)('50 times at once through %s is taken once', async (door) => {
    const samlResponse = aResponse();
    const told = await Promise.all(Array.from({ length: 50 }, () => ask(door, 'assertions', { samlResponse })));
    expect(told.filter(({ status }) => status === 200)).toHaveLength(1);
    const codes = stack.audit.slice(-50).map(({ code }) => code);
    expect(codes.filter((code) => code === 'proof_replayed')).toHaveLength(49);
  });

  test('that one door took, no other takes', async () => {
    const samlResponse = aResponse();
    const [first = '', ...others] = forAssertions;
    expect((await ask(first, 'assertions', { samlResponse })).status).toBe(200);
    for (const door of others) {
      expect((await ask(door, 'assertions', { samlResponse })).accessKeyId, door).toBeUndefined();
      expect(stack.audit.at(-1)).toMatchObject({ door, code: 'proof_replayed' });
    }
  });
});

describe('who am I', () => {
  const whoAmI = async (accessKeyId: string, sessionToken: string) => {
    const answer = await fetch(at('/'), {
      ...form({ Action: 'GetCallerIdentity', Version: '2011-06-15' }),
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=00`,
        'x-amz-security-token': sessionToken,
      },
    });
    return [answer.status, /<(?:Arn|Code)>([^<]+)</.exec(await answer.text())?.[1]];
  };

  test('is told to whoever has what a door for SDKs gave out', async () => {
    const answer = await fetch(at('/v1/container/tokens'), { headers: { authorization: aToken() } });
    const { AccessKeyId: key, Token: token } = (await answer.json()) as { AccessKeyId: string; Token: string };
    const arn = `arn:aws:sts::${account}:assumed-role/daypass-tokens/alice@acme.example`;
    expect(await whoAmI(key, token)).toEqual([200, arn]);
    expect(await whoAmI(key, `${token}A`)).toEqual([403, 'InvalidClientTokenId']);
    expect(await whoAmI('ASIAEXAMPLEEXAMPLE00', token)).toEqual([403, 'InvalidClientTokenId']);
  });
});

describe('STS’s own parameters', () => {
  const assume = async (more: Record<string, string>) => {
    askedOfSts.length = 0;
    const fields = {
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn('tokens'),
      RoleSessionName: 'mallory',
      WebIdentityToken: aToken(),
    };
    const answer = await fetch(at('/'), form({ ...fields, ...more }));
    const told = new URLSearchParams(askedOfSts[0]?.body ?? '');
    return { code: /<Code>(\w+)</.exec(await answer.text())?.[1], told };
  };
  const allowing = (resource: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: resource }],
    });

  test('narrow the session of the grant', async () => {
    const { told } = await assume({ Policy: allowing('arn:aws:s3:::privet/blue/reports/*'), DurationSeconds: '900' });
    expect(JSON.parse(told.get('Policy') ?? '').Statement).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::privet/blue/reports/*'] },
    ]);
    expect([told.get('DurationSeconds'), told.get('RoleSessionName')]).toEqual(['900', 'alice@acme.example']);
  });

  test('never widen it', async () => {
    const { told } = await assume({ Policy: allowing('*'), DurationSeconds: '43200' });
    expect(JSON.parse(told.get('Policy') ?? '').Statement).toEqual([
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::privet/blue/*'] },
    ]);
    expect(told.get('DurationSeconds')).toBe('7200');
  });

  test.each<[parameters: Record<string, string>, code: string]>([
    [{ 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/AdministratorAccess' }, 'ValidationError'],
    [{ Policy: '{' }, 'MalformedPolicyDocument'],
    [{ Policy: allowing('arn:aws:s3:::*/reports') }, 'ValidationError'],
    [{ RoleArn: `arn:aws:iam::${account}:role/OrganizationAccountAccessRole` }, 'AccessDenied'],
    [{ RoleArn: roleArn('assertions') }, 'AccessDenied'],
  ])('%j is refused, and STS is not asked', async (parameters, expected) => {
    const { code } = await assume(parameters);
    expect([code, askedOfSts]).toEqual([expected, []]);
  });
});

describe('bad input', () => {
  const bodies: Readonly<Record<string, Buffer>> = {
    nothing: Buffer.alloc(0),
    'half a form': Buffer.from('Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3'),
    'half an object': Buffer.from('{"grant":"tokens","token":"eyJ'),
    noise: Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 131) % 256)),
    megabytes: Buffer.alloc(2 * 1024 * 1024, 'a'),
    'many fields': Buffer.from('a=b&'.repeat(50_000)),
    'deep JSON': Buffer.from(`{"grant":${'['.repeat(50_000)}`),
  };
  const types = ['application/json', 'application/x-www-form-urlencoded', 'text/xml', ''];

  test.each(['/', '/v1/token', '/v1/credentials', '/v1/console', '/v1/explain'])(
    'at %s is refused at once, and is no fault of ours',
    async (path) => {
      for (const body of Object.values(bodies)) {
        for (const type of types) {
          const began = performance.now();
          const answer = await fetch(at(path), {
            method: 'POST',
            body: new Uint8Array(body),
            headers: type === '' ? {} : { 'content-type': type },
          });
          const text = await answer.text();
          expect([path, type, answer.status >= 400 && answer.status < 500, text.length < 2000]).toEqual([
            path,
            type,
            true,
            true,
          ]);
          expect(performance.now() - began).toBeLessThan(1500);
        }
      }
      expect(stack.audit.slice(-20).map(({ outcome }) => outcome)).not.toContain('fault');
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('%s is no method of any door', async (method) => {
    for (const path of ['/', '/v1/token', '/v1/credentials', '/v1/console', '/v1/container/tokens']) {
      expect((await fetch(at(path), { method })).status, path).toBe(404);
    }
  });
});
