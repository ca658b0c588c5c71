// The local SAML identity provider over HTTP: who is let in as whom, and what is refused.

import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Arrival, isOpaque } from '../../../lib/identity/identity.ts';
import { readIdpMetadata } from '../../../lib/identity/saml/metadata/idp-metadata.ts';
import { proveSamlResponse } from '../../../lib/identity/saml/saml-provider.ts';
import { people } from '../../../lib/local/idp/people.ts';
import { aMoment } from '../../kit/issuer.ts';
import { type Answered, overHttp } from '../../kit/loopback.ts';
import { samlProvidersOf, us, xmlIn } from '../../kit/saml-idp.ts';
import { formHeaders } from '../../kit/sts.ts';
import {
  anotherRecipient,
  aRequest,
  aRunningIdp,
  browserSecret,
  deflated,
  entityId,
  fieldIn,
  providerFrom,
  type RunningIdp,
  responseForm,
  rolePairs,
} from './kit.ts';

type Overrides = Parameters<typeof providerFrom>[1];

/** Our own verifier, knowing this provider by its metadata. */
async function proved(
  idp: RunningIdp,
  samlResponse: string,
  overrides: Overrides = {},
  arrival: Arrival = { by: 'browser', secret: browserSecret },
) {
  const provider = providerFrom((await idp.get('/metadata')).body, overrides);
  return proveSamlResponse({ kind: 'saml', samlResponse, arrival }, samlProvidersOf(provider), us, aMoment);
}

/** A page that says no, not to be kept, and without a response. */
function expectNo(answer: Answered, says?: RegExp): void {
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.body).toContain('<p role="alert">');
  expect(answer.body).not.toContain('SAMLResponse');
  if (says) expect(answer.body).toMatch(says);
}

const anAuthnRequest = ({ id = '_request', acs = us.assertionConsumerService, more = '' } = {}) =>
  `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="${id}" Version="2.0"${
    acs === '' ? '' : ` AssertionConsumerServiceURL="${acs}"`
  }>${more}</samlp:AuthnRequest>`;
const ssoPath = (samlRequest: string) => `/sso?${new URLSearchParams({ SAMLRequest: samlRequest })}`;

describe('a sign-in that Daypass asked for', () => {
  test('shows the cast, and keeps request and relay state for the choice', async () => {
    const idp = await aRunningIdp();
    const { status, headers, body } = await idp.get(idp.signInPath(aRequest(), 'corp & co'));
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    for (const { name, about } of people) {
      expect(body).toContain(`<button name="person" value="${name}">`);
      expect(body).toContain(about);
    }
    expect(fieldIn(body, 'RelayState')).toBe('corp & co');
    expect(fieldIn(body, 'SAMLRequest')).toMatch(/^[A-Za-z0-9+/=]+$/);
  });

  test('answers with a form for our assertion consumer service, relay state and all', async () => {
    const idp = await aRunningIdp();
    const form = await idp.signIn('alice');
    expect(form.action).toBe(us.assertionConsumerService);
    expect(form.relayState).toBe('corp');
    expect(form.samlResponse).toMatch(/^[A-Za-z0-9+/]+=*$/);
  });

  test('the form sends itself by the one script that the policy lets run', async () => {
    const idp = await aRunningIdp();
    const { body } = await idp.get(idp.signInPath());
    const fields = { SAMLRequest: fieldIn(body, 'SAMLRequest'), RelayState: 'corp', person: 'alice' };
    const page = await idp.post('/sso', fields);
    const scripts = [...page.body.matchAll(/<script>([^<]*)<\/script>/g)].map(([, text]) => text);
    const { createHash } = await import('node:crypto');
    const digests = scripts.map((text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    expect(digests).toHaveLength(1);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain(`script-src ${digests[0]};`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  test.each([
    [
      'alice',
      'alice@acme.example',
      { groups: ['editors-blue'], tenant_id: ['blue'] },
      { 'aws:requesttag/tenant': ['blue'], 'aws:requesttag/role': ['editor'] },
    ],
    [
      'bob',
      'bob@acme.example',
      { groups: ['viewers-yellow'], tenant_id: ['yellow'] },
      { 'aws:requesttag/tenant': ['yellow'], 'aws:requesttag/role': ['viewer'] },
    ],
    ['mallory', 'mallory@elsewhere.example', {}, {}],
  ])('%s is proved, with exactly these attributes', async (person, email, plain, tags) => {
    const idp = await aRunningIdp();
    const id = aRequest();
    const { samlResponse } = await idp.signIn(person, id);
    const identity = await proved(idp, samlResponse);
    const attributes = Object.fromEntries(identity.attributes.texts);
    expect(identity).toMatchObject({ provider: 'corp', issuer: entityId, subject: email, unannounced: [] });
    expect(attributes).toEqual({
      sub: [email],
      sub_type: ['urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'],
      AuthnContextClassRef: ['urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'],
      email: [email],
      email_verified: ['true'],
      'https://aws.amazon.com/SAML/Attributes/Role': rolePairs,
      'https://aws.amazon.com/SAML/Attributes/RoleSessionName': [email],
      ...plain,
      ...tags,
      ...Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [
          `https://aws.amazon.com/SAML/Attributes/PrincipalTag:${key.slice('aws:requesttag/'.length)}`,
          value,
        ]),
      ),
    });
    expect(isOpaque(identity.attributes, 'groups')).toBe(false);
    expect(identity.evidence).toEqual({
      kind: 'saml',
      samlResponse,
      sessionName: email,
      roles: rolePairs.map((pair) => {
        const [roleArn, principalArn] = pair.split(',');
        return { roleArn, principalArn };
      }),
    });
    expect(identity.provenUntil).toEqual(new Date(aMoment.getTime() + 300_000));
    expect(identity.once.map(({ key }) => key.split('#')[0])).toEqual(['request', 'assertion']);
  });

  test('a provider without AWS attributes gives no tags', async () => {
    const idp = await aRunningIdp({ awsClaims: [] });
    const { samlResponse } = await idp.signIn('alice');
    expect(xmlIn(samlResponse)).not.toContain('PrincipalTag');
    expect((await proved(idp, samlResponse, { awsClaims: [] })).unannounced).toEqual([]);
  });

  test('a provider that no grant is from gives nobody a role, and still signs people in', async () => {
    const idp = await aRunningIdp({ rolePairs: [] });
    const { samlResponse } = await idp.signIn('alice');
    expect((await proved(idp, samlResponse)).evidence).toMatchObject({ roles: [], sessionName: 'alice@acme.example' });
  });

  test('each response is another one', async () => {
    const idp = await aRunningIdp();
    const id = aRequest();
    const [one, two] = [await idp.signIn('alice', id), await idp.signIn('alice', id)];
    const key = async (samlResponse: string) => (await proved(idp, samlResponse)).once.map((each) => each.key);
    const [first, second] = [await key(one.samlResponse), await key(two.samlResponse)];
    expect(first[0]).toBe(second[0]);
    expect(first[1]).not.toBe(second[1]);
  });

  test('two identity providers do not sign for one another', async () => {
    const { selfSigned } = await import('../../../lib/local/saml-idp/self-signed.ts');
    const made = await selfSigned({ kind: 'rsa', from: new Date(0), until: new Date('2030-01-01T00:00:00Z') });
    const other = await aRunningIdp({
      privateKey: made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificate: made.certificate.raw.toString('base64'),
    });
    const { samlResponse } = await other.signIn('alice');
    await expect(proved(await aRunningIdp(), samlResponse)).rejects.toMatchObject({ code: 'signature_invalid' });
  });

  test('a request without an assertion consumer service is answered to ours', async () => {
    const idp = await aRunningIdp();
    const SAMLRequest = deflated(anAuthnRequest({ acs: '' }));
    const answer = await idp.post('/sso', { SAMLRequest, person: 'alice' });
    expect(responseForm(answer).action).toBe(us.assertionConsumerService);
  });
});

describe('what is no request', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['no base64', '!!!'],
    ['base64 of plain XML', Buffer.from(anAuthnRequest()).toString('base64')],
    ['deflated noise', deflated('hello')],
    ['an empty text', deflated('')],
    ['another message', deflated('<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a"/>')],
    ['another namespace', deflated('<AuthnRequest xmlns="urn:other" ID="_a"/>')],
    ['no ID', deflated('<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>')],
    ['a DTD', deflated(`<!DOCTYPE a [<!ENTITY b "c">]>${anAuthnRequest()}`)],
    ['an entity of its own', deflated(anAuthnRequest({ more: '<a xmlns="urn:a">&b;</a>' }))],
    [
      'XML that is not closed',
      deflated('<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_a">'),
    ],
    ['65 KiB of a request', deflated(anAuthnRequest({ more: `<a xmlns="urn:a">${'x'.repeat(65 * 1024)}</a>` }))],
    ['zlib instead of raw', Buffer.from('eJyrBAAAegB6', 'base64').toString('base64')],
  ])('%s', async (_, samlRequest) => {
    const idp = await aRunningIdp();
    const began = performance.now();
    expectNo(await idp.get(ssoPath(samlRequest)));
    expectNo(await idp.post('/sso', { SAMLRequest: samlRequest, person: 'alice' }));
    expect(performance.now() - began).toBeLessThan(2000);
    expect((await idp.get('/')).status).toBe(200);
  });

  test('a zip bomb that fits a form costs nothing', async () => {
    const bomb = deflateRawSync(Buffer.alloc(10_000_000, 0x20), { level: 9 }).toString('base64');
    expect(bomb.length).toBeLessThan(15_000);
    const idp = await aRunningIdp();
    const began = performance.now();
    for (let round = 0; round < 20; round++) {
      expectNo(await idp.post('/sso', { SAMLRequest: bomb, person: 'alice' }), /a sign-in begins at Daypass/);
    }
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test.each([
    'https://evil.test/saml/acs',
    `${us.assertionConsumerService}/`,
    `${us.assertionConsumerService}?x`,
    'https://daypass.example',
    anotherRecipient,
    'javascript:alert(1)',
  ])('one that wants its answer at %s', async (acs) => {
    const idp = await aRunningIdp();
    const samlRequest = deflated(anAuthnRequest({ acs }));
    expectNo(await idp.get(ssoPath(samlRequest)), /Nobody here is known by/);
    expectNo(await idp.post('/sso', { SAMLRequest: samlRequest, person: 'alice' }), /Nobody here is known by/);
  });

  test('what it says of itself is escaped', async () => {
    const idp = await aRunningIdp();
    const acs = 'https://evil.test/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
    const { body } = await idp.get(ssoPath(deflated(anAuthnRequest({ acs }))));
    expect(body).not.toContain('<script');
    expect(body).toContain('&quot;&gt;&lt;script&gt;alert(1)');
  });

  test('an ID with markup in it is none', async () => {
    const idp = await aRunningIdp();
    const SAMLRequest = deflated(anAuthnRequest({ id: '_a&quot;/&gt;&lt;x&gt;' }));
    expectNo(await idp.post('/sso', { SAMLRequest, person: 'alice' }));
  });

  test('relay state is escaped, on both pages', async () => {
    const idp = await aRunningIdp();
    const RelayState = '"><script>alert(1)</script>\'&amp;';
    const SAMLRequest = deflated(anAuthnRequest());
    const chosen = await idp.get(`/sso?${new URLSearchParams({ SAMLRequest, RelayState })}`);
    const answered = await idp.post('/sso', { SAMLRequest, RelayState, person: 'alice' });
    for (const { body } of [chosen, answered]) {
      expect(body).not.toContain('<script>alert');
      expect(fieldIn(body, 'RelayState')).toBe(RelayState);
    }
  });
});

describe('who is nobody', () => {
  test.each([undefined, '', 'eve', 'Alice', 'alice ', 'constructor', '__proto__'])(
    'the person "%s"',
    async (person) => {
      const idp = await aRunningIdp();
      expectNo(await idp.post('/sso', { SAMLRequest: deflated(anAuthnRequest()), person }), /Choose one of the people/);
      expectNo(await idp.post('/unsolicited', { person }), /Choose one of the people/);
    },
  );

  test('a form of more than 16 KiB is refused with a page', async () => {
    const idp = await aRunningIdp();
    for (const path of ['/sso', '/unsolicited']) {
      expectNo(await idp.post(path, { person: 'alice', filling: 'x'.repeat(17 * 1024) }));
    }
  });

  test('a body of some MB is refused and not kept', async () => {
    const { address } = await aRunningIdp();
    expectNo(
      await overHttp(address, { path: '/unsolicited', headers: formHeaders, body: Buffer.alloc(5_000_000, 0x61) }),
    );
  });
});

describe('a sign-in that nobody asked for', () => {
  test('is for Daypass, unless another recipient is wanted that is known', async () => {
    const idp = await aRunningIdp();
    const ours = responseForm(await idp.post('/unsolicited', { person: 'alice' }));
    const theirs = responseForm(await idp.post('/unsolicited', { person: 'alice', recipient: anotherRecipient }));
    expect([ours.action, theirs.action]).toEqual([us.assertionConsumerService, anotherRecipient]);
    expect(ours.relayState).toBeUndefined();
    expect(xmlIn(ours.samlResponse)).not.toContain('InResponseTo');
    expect(xmlIn(theirs.samlResponse)).toContain(`Recipient="${anotherRecipient}"`);
    expect(xmlIn(theirs.samlResponse)).toContain(`Destination="${anotherRecipient}"`);
  });

  test.each(['https://evil.test/', '', `${anotherRecipient}/`, 'https://SIGNIN.aws.amazon.com/saml'])(
    'is not for "%s"',
    async (recipient) => {
      expectNo(
        await (await aRunningIdp()).post('/unsolicited', { person: 'alice', recipient }),
        /Nobody here is known by/,
      );
    },
  );

  test('is refused by our verifier until the provider allows it', async () => {
    const idp = await aRunningIdp();
    const { samlResponse } = responseForm(await idp.post('/unsolicited', { person: 'bob' }));
    await expect(proved(idp, samlResponse)).rejects.toMatchObject({ code: 'sign_in_unsolicited' });
    expect((await proved(idp, samlResponse, { allowUnsolicited: true })).subject).toBe('bob@acme.example');
  });

  test('for a client is taken at the recipients of the provider only', async () => {
    const idp = await aRunningIdp();
    const { samlResponse } = responseForm(
      await idp.post('/unsolicited', { person: 'bob', recipient: anotherRecipient }),
    );
    const client = { by: 'client' } as const;
    const allowed = { allowUnsolicited: true, recipients: [anotherRecipient] };
    expect((await proved(idp, samlResponse, allowed, client)).once).toHaveLength(1);
    await expect(proved(idp, samlResponse, { allowUnsolicited: true }, client)).rejects.toMatchObject({
      code: 'recipient_mismatch',
    });
    await expect(proved(idp, samlResponse, allowed)).rejects.toMatchObject({ code: 'recipient_mismatch' });
  });
});

describe('pages', () => {
  test('the first says whom it stands in for and leads to the sign-in', async () => {
    const { status, body } = await (await aRunningIdp()).get('/');
    expect(status).toBe(200);
    expect(body).toContain(`<code>${entityId}</code>`);
    expect(body).toContain('href="https://daypass.example/sign-in/corp"');
    for (const { name } of people) expect(body).toContain(`value="${name}"`);
  });

  test('what is configured is escaped', async () => {
    const hostile = 'https://idp.example/"><script>alert(1)</script>&';
    const { body } = await (await aRunningIdp({ entityId: hostile, signInPage: hostile })).get('/');
    expect(body).not.toContain('<script');
    expect(body).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
  });

  test('metadata is what a configuration may name', async () => {
    const answer = await (await aRunningIdp()).get('/metadata');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/samlmetadata+xml');
    expect(readIdpMetadata(answer.body, aMoment)).toMatchObject({
      entityId,
      singleSignOnService: 'http://127.0.0.1:1/sso',
      wantsSignedRequests: false,
      certificates: [expect.stringMatching(/^MII[A-Za-z0-9+/=]+$/)],
    });
    expect(answer.body).not.toMatch(/PRIVATE|BEGIN/);
  });

  test('the cast tells tools who there is and whom they may be for', async () => {
    const answer = await (await aRunningIdp()).get('/cast');
    expect(JSON.parse(answer.body)).toEqual({
      people: ['alice', 'bob', 'mallory'],
      recipients: [anotherRecipient, us.assertionConsumerService],
    });
  });

  test.each([
    ['GET', '/nowhere'],
    ['POST', '/'],
    ['GET', '/unsolicited'],
    ['PUT', '/sso'],
    ['DELETE', '/sso'],
    ['GET', '/SSO'],
    ['GET', '/sso/'],
    ['OPTIONS', '/sso'],
  ])('%s %s is not there', async (method, path) => {
    const { address } = await aRunningIdp();
    const answer = await overHttp(address, { method, path });
    expect(answer.status).toBe(404);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('a name that is not of this machine is misdirected', async () => {
    const { address } = await aRunningIdp();
    expect((await overHttp(address, { method: 'GET', headers: { host: 'idp.acme.example' } })).status).toBe(421);
  });

  test('no page of another site may read an answer', async () => {
    const { address } = await aRunningIdp();
    const answer = await overHttp(address, { method: 'GET', path: '/cast', headers: { origin: 'https://evil.test' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
});
