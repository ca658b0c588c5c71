import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { ns } from '../../lib/identity/saml/names.ts';
import { newBrowserSecret, newRequestId } from '../../lib/identity/saml/request-id.ts';
import { attributeOf, childrenOf, isNamed, parseStrictXml, textOf } from '../../lib/identity/saml/strict-xml.ts';
import { selfSigned } from '../../lib/local/saml-idp/self-signed.ts';
import {
  authnRequestLocation,
  type Ourselves,
  ourMetadata,
  type RequestToSend,
} from '../../lib/sign-in/service-provider.ts';
import { aMoment } from '../kit/issuer.ts';

const day = 86_400_000;
const validity = { from: new Date(aMoment.getTime() - day), until: new Date(aMoment.getTime() + day) };
const [signer, opener] = await Promise.all([selfSigned(validity), selfSigned(validity)]);
const signingKey = signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const us: Ourselves = {
  url: 'https://daypass.example',
  entityId: undefined,
  signingCertificate: undefined,
  encryptionCertificate: undefined,
};
const id = newRequestId({ provider: 'corp', browserSecret: newBrowserSecret(), now: aMoment });

const locationWith = (changed: Partial<RequestToSend> = {}, singleSignOnService = 'https://idp.acme.example/sso') =>
  authnRequestLocation({
    us,
    signingKey: undefined,
    id,
    relayState: 'corp',
    identityProvider: { entityId: 'https://idp.acme.example/saml', singleSignOnService },
    ...changed,
  });

const queryOf = (location: string) => new URL(location).searchParams;
const xmlOf = (location: string) =>
  inflateRawSync(Buffer.from(queryOf(location).get('SAMLRequest') ?? '', 'base64')).toString('utf8');
const requestOf = (location: string) => parseStrictXml(xmlOf(location));
const childOf = (root: Element, namespace: string, name: string) => {
  const found = childrenOf(root).filter((each) => isNamed(each, namespace, name));
  expect(found).toHaveLength(1);
  return found[0] as Element;
};

describe('a request', () => {
  const location = locationWith();
  const request = requestOf(location);

  test('goes to the identity provider, by the redirect binding', () => {
    const { origin, pathname } = new URL(location);
    expect(origin + pathname).toBe('https://idp.acme.example/sso');
    expect([...queryOf(location).keys()]).toEqual(['SAMLRequest', 'RelayState']);
    expect(queryOf(location).get('RelayState')).toBe('corp');
  });

  test('says who asks whom, and where the answer goes', () => {
    expect(isNamed(request, ns.protocol, 'AuthnRequest')).toBe(true);
    expect(attributeOf(request, 'ID')).toBe(id);
    expect(attributeOf(request, 'Version')).toBe('2.0');
    expect(attributeOf(request, 'Destination')).toBe('https://idp.acme.example/sso');
    expect(attributeOf(request, 'AssertionConsumerServiceURL')).toBe('https://daypass.example/saml/acs');
    expect(attributeOf(request, 'ProtocolBinding')).toBe('urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST');
    expect(attributeOf(request, 'IssueInstant')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(textOf(childOf(request, ns.assertion, 'Issuer'))).toBe('https://daypass.example/saml/metadata');
  });

  test('lets the identity provider choose how it names people', () => {
    const policy = childOf(request, ns.protocol, 'NameIDPolicy');
    expect(attributeOf(policy, 'Format')).toBe('urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified');
    expect(attributeOf(policy, 'AllowCreate')).toBe('true');
  });

  test('asks neither for a fresh nor for a silent sign-in', () => {
    expect(attributeOf(request, 'ForceAuthn') ?? 'false').toBe('false');
    expect(attributeOf(request, 'IsPassive') ?? 'false').toBe('false');
  });

  test('is of the name that the configuration says', () => {
    const named = requestOf(locationWith({ us: { ...us, entityId: 'urn:acme:daypass' } }));
    expect(textOf(childOf(named, ns.assertion, 'Issuer'))).toBe('urn:acme:daypass');
  });

  test('carries one ID, that which it was given', () => {
    expect(xmlOf(location).split(id)).toHaveLength(2);
  });

  test('writes nothing to the console', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    locationWith();
    ourMetadata(us);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});

describe('an identity provider’s address', () => {
  test.each([
    'https://accounts.google.example/o/saml2/idp?idpid=C01abc',
    'https://idp.acme.example/sso?a=b&c=d%26e',
    'https://idp.acme.example/sso?tenant=%C3%BC',
  ])('%s keeps its query', (address) => {
    const location = locationWith({}, address);
    expect(location.startsWith(`${address}&SAMLRequest=`)).toBe(true);
    expect(attributeOf(requestOf(location), 'Destination')).toBe(address);
  });

  test('with an empty query is still an address', () => {
    const location = locationWith({}, 'https://idp.acme.example/sso?');
    expect(queryOf(location).get('RelayState')).toBe('corp');
    expect(attributeOf(requestOf(location), 'ID')).toBe(id);
  });

  test.each([`https://idp.acme.example/sso?a=<b>"'&amp;c`])('%s does not get out of its attribute', (address) => {
    expect(attributeOf(requestOf(locationWith({}, address)), 'Destination')).toBe(address);
  });
});

describe('what comes back', () => {
  test.each(['corp', 'a b&c=d', 'ü', `"><script>`])('as RelayState is %j', (relayState) => {
    expect(queryOf(locationWith({ relayState })).get('RelayState')).toBe(relayState);
  });
});

describe('a signed request', () => {
  const location = locationWith({ signingKey });

  test('says by which algorithm, after what it signs', () => {
    expect([...queryOf(location).keys()]).toEqual(['SAMLRequest', 'RelayState', 'SigAlg', 'Signature']);
    expect(queryOf(location).get('SigAlg')).toBe('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
  });

  const holds = (octets: string, signature: string) =>
    verify('sha256', Buffer.from(octets), createPublicKey(signingKey), Buffer.from(signature, 'base64'));

  test.each(['https://idp.acme.example/sso', 'https://idp.acme.example/sso?idpid=C01abc'])(
    'to %s is signed over exactly the octets of the three parameters',
    (address) => {
      const signed = locationWith({ signingKey }, address);
      const octets = signed.slice(signed.indexOf('SAMLRequest='), signed.indexOf('&Signature='));
      const signature = queryOf(signed).get('Signature') ?? '';
      expect(holds(octets, signature)).toBe(true);
      expect(holds(octets.replace('RelayState=corp', 'RelayState=corq'), signature)).toBe(false);
    },
  );

  test('has no signature in its XML: the redirect binding has it beside', () => {
    expect(xmlOf(location)).not.toContain('Signature');
  });

  test('holds nothing of the key', () => {
    const lines = signingKey.split('\n').filter((line) => /^[A-Za-z0-9+/=]{20,}$/.test(line));
    for (const line of lines) expect(decodeURIComponent(location) + xmlOf(location)).not.toContain(line);
  });

  test('can be signed by a PKCS#1 key, too', () => {
    const pkcs1 = signer.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(queryOf(locationWith({ signingKey: pkcs1 })).get('Signature')).toBeTruthy();
  });

  test.each([
    [
      'an elliptic key',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ],
    ['no key', 'secret-that-is-no-key'],
  ])('by %s is not sent, and what is thrown does not tell the key', (_, key) => {
    let thrown: unknown;
    try {
      locationWith({ signingKey: String(key) });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    const [, secret = 'secret-that-is-no-key'] = /-----\n(\S{20})/.exec(String(key)) ?? [];
    expect(String(thrown)).not.toContain(secret);
  });
});

describe('our metadata', () => {
  const md = 'urn:oasis:names:tc:SAML:2.0:metadata';
  const whole: Ourselves = {
    ...us,
    signingCertificate: signer.certificate.raw.toString('base64'),
    encryptionCertificate: opener.certificate.raw.toString('base64'),
  };
  const rootOf = (about: Ourselves) => parseStrictXml(ourMetadata(about));
  const descriptorOf = (about: Ourselves) => childOf(rootOf(about), md, 'SPSSODescriptor');

  test('says who we are, and where assertions go', () => {
    const root = rootOf(us);
    expect(isNamed(root, md, 'EntityDescriptor')).toBe(true);
    expect(attributeOf(root, 'entityID')).toBe('https://daypass.example/saml/metadata');
    const service = childOf(descriptorOf(us), md, 'AssertionConsumerService');
    expect(attributeOf(service, 'Binding')).toBe('urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST');
    expect(attributeOf(service, 'Location')).toBe('https://daypass.example/saml/acs');
  });

  test('has the name that the configuration says', () => {
    expect(attributeOf(rootOf({ ...us, entityId: 'urn:acme:daypass' }), 'entityID')).toBe('urn:acme:daypass');
  });

  test('wants signed assertions, and signs its requests where it has a key', () => {
    expect(attributeOf(descriptorOf(us), 'WantAssertionsSigned')).toBe('true');
    expect(attributeOf(descriptorOf(us), 'AuthnRequestsSigned') ?? 'false').toBe('false');
    expect(attributeOf(descriptorOf(whole), 'AuthnRequestsSigned')).toBe('true');
  });

  test('has the certificates that there are, each for its use', () => {
    const certificatesOf = (about: Ourselves) =>
      childrenOf(descriptorOf(about))
        .filter((each) => isNamed(each, md, 'KeyDescriptor'))
        .map((each) => [attributeOf(each, 'use'), (each.textContent ?? '').replace(/\s/g, '')]);
    expect(certificatesOf(us)).toEqual([]);
    expect(certificatesOf(whole)).toEqual([
      ['signing', whole.signingCertificate],
      ['encryption', whole.encryptionCertificate],
    ]);
  });

  test('case 70: has no single logout, no artifacts and one binding', () => {
    const xml = ourMetadata(whole);
    expect(xml).not.toMatch(/SingleLogout|Artifact|HTTP-Redirect|SOAP|SimpleSign|PAOS/i);
    expect(xml.match(/Location=/g)).toHaveLength(1);
  });

  test('is its elements in the order of the schema', () => {
    const order = ['KeyDescriptor', 'NameIDFormat', 'AssertionConsumerService'];
    const names = childrenOf(descriptorOf(whole)).map(({ localName }) => order.indexOf(localName));
    expect(names).toEqual([...names].sort());
    expect(names).not.toContain(-1);
  });

  test('does not let a name out of its attribute', () => {
    const entityId = `https://daypass.example/?a=<b>"'&c`;
    expect(attributeOf(rootOf({ ...us, entityId }), 'entityID')).toBe(entityId);
  });
});
