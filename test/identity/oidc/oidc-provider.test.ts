import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { algorithms } from '../../../lib/identity/oidc/algorithms.ts';
import { proveOidcToken } from '../../../lib/identity/oidc/oidc-provider.ts';
import { proveIdentity } from '../../../lib/identity/prove-identity.ts';
import { aMoment, anIssuer } from '../../kit/issuer.ts';
import { aProvider, later, providersOf, verdictOn, verdictWithKeys, without } from '../kit.ts';

describe.each(algorithms)('a genuine token of %s', (algorithm) => {
  const issuer = anIssuer({ algorithm });

  test('is accepted', async () => {
    expect(await verdictOn(issuer.token(), providersOf(aProvider(issuer)))).toBe('accepted');
  });

  test('is accepted when the published key does not say its algorithm', async () => {
    expect(await verdictWithKeys(issuer, [without(issuer.publicJwk, 'alg', 'use')])).toBe('accepted');
  });

  test('is refused when a claim is changed after signing', async () => {
    const [head = '', , signature = ''] = issuer.token().split('.');
    const [, otherBody = ''] = issuer.token({ sub: 'victim' }).split('.');
    const forged = `${head}.${otherBody}.${signature}`;
    expect(await verdictOn(forged, providersOf(aProvider(issuer)))).toBe('signature_invalid');
  });

  test('is refused when another key signed it under the same key id', async () => {
    const impostor = anIssuer({ algorithm });
    expect(await verdictOn(impostor.token(), providersOf(aProvider(issuer)))).toBe('signature_invalid');
  });
});

const issuer = anIssuer();

describe('the identity that a token proves', () => {
  test('is what the provider says and the token claims', async () => {
    const token = issuer.token({ groups: ['a', 'b'], email_verified: true });
    const proof = { kind: 'oidc', token } as const;
    const identity = await proveIdentity(proof, { oidc: providersOf(aProvider(issuer)) }, aMoment);
    const { attributes, ...rest } = identity;
    expect(rest).toEqual({
      provider: 'acme',
      issuer: 'https://login.acme.example',
      subject: 'alice',
      unannounced: [],
      provenUntil: later(300),
      evidence: proof,
      once: [],
      // Where a grant takes a token once: until no clock takes it any more.
      oneTime: { key: expect.stringMatching(/^token#[0-9a-f]{64}$/), until: later(420) },
      sessionUntil: later(300),
    });
    expect(attributes.texts.get('groups')).toEqual(['a', 'b']);
    expect(attributes.texts.get('email_verified')).toEqual(['true']);
    expect(attributes.texts.get('sub')).toEqual(['alice']);
  });

  test.each([
    [{ 'https://aws.amazon.com/tags': { principal_tags: {} } }, ['tags']],
    [{ 'https://aws.amazon.com/tags/principal_tags/team': 'blue' }, ['tags']],
    [{ 'https://aws.amazon.com/source_identity': 'alice' }, ['sourceIdentity']],
    [{ 'https://aws.amazon.com/roles': [] }, []],
  ])('tells which of the AWS claims %j the provider does not announce', async (claims, unannounced) => {
    const identity = await proveOidcToken(issuer.token(claims), providersOf(aProvider(issuer)), aMoment);
    expect(identity.unannounced).toEqual(unannounced);
  });

  test('needs the network only the first time', async () => {
    const network = issuer.network();
    const providers = providersOf(aProvider(issuer, { network }));
    for (let index = 0; index < 3; index++) await proveOidcToken(issuer.token(), providers, aMoment);
    expect(network.requests).toHaveLength(2);
  });

  test('without providers is nobody', async () => {
    expect(await verdictOn(issuer.token(), providersOf())).toBe('issuer_unknown');
  });
});

describe('a token changed anywhere', () => {
  const providers = providersOf(aProvider(issuer));
  const genuine = issuer.token({ groups: ['a'] });
  const characters = fc.oneof(
    fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'),
    fc.constantFrom('.', '=', '+', '/', ' ', '\n', '\u0000', 'é', '\ud800'),
  );
  const place = fc.nat({ max: genuine.length - 1 });
  const change = fc.oneof(
    fc.record({ at: place, removed: fc.constant(1), put: characters }),
    fc.record({ at: place, removed: fc.constant(0), put: characters }),
    fc.record({ at: place, removed: fc.constant(1), put: fc.constant('') }),
    fc.record({ at: place, removed: fc.nat({ max: 80 }), put: fc.string({ maxLength: 80 }) }),
  );
  const apply = (token: string, { at, removed, put }: { at: number; removed: number; put: string }) =>
    token.slice(0, at) + put + token.slice(at + removed);

  test('is never accepted, and never fails with anything but a refusal', async () => {
    const mutants = fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => changes.reduce(apply, genuine));
    await fc.assert(
      fc.asyncProperty(mutants, async (mutant) => {
        fc.pre(mutant !== genuine);
        expect(await verdictOn(mutant, providers)).not.toBe('accepted');
      }),
      { numRuns: 3000 },
    );
  });

  test('in one character of each place is never accepted', async () => {
    for (let at = 0; at < genuine.length; at++) {
      for (const put of ['', 'A', '_', `${genuine.charAt(at)}A`]) {
        const mutant = apply(genuine, { at, removed: 1, put });
        if (mutant !== genuine) expect(await verdictOn(mutant, providers)).not.toBe('accepted');
      }
    }
  });

  test('so that any text at all takes its place is never accepted', async () => {
    const part = fc.oneof(fc.json(), fc.string()).map((text) => Buffer.from(text).toString('base64url'));
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await verdictOn(text, providers)).not.toBe('accepted');
      }),
      { numRuns: 2000 },
    );
  });

  test('keeps none of its pieces: header, payload and signature of three tokens make none', async () => {
    const tokens = ['alice', 'bob', 'carol'].map((sub) => issuer.token({ sub }).split('.'));
    const [[head = ''] = [], [, body = ''] = [], [, , signature = ''] = []] = tokens;
    expect(await verdictOn(`${head}.${body}.${signature}`, providers)).toBe('signature_invalid');
  });
});
