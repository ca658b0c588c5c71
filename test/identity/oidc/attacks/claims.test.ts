import { describe, expect, test } from 'vitest';
import { proveOidcToken } from '../../../../lib/identity/oidc/oidc-provider.ts';
import { aMoment, anAudience, anIssuer, signed } from '../../../kit/issuer.ts';
import { aProvider, later, now, providersOf, type Verdict, verdictOn } from '../../kit.ts';

const issuer = anIssuer();
const providers = providersOf(aProvider(issuer));
const verdictWith = (claims: Readonly<Record<string, unknown>>, at = aMoment) =>
  verdictOn(issuer.token(claims), providers, at);

/** A payload as text, for what JSON.stringify would not write. */
const withPayload = (payload: string | Buffer) =>
  signed(JSON.stringify({ alg: 'ES256', kid: issuer.keyId }), payload, 'ES256', issuer.privateKey);
const payloadWith = (claim: string, text: string) => {
  const claims = { iss: issuer.issuer, sub: 'alice', aud: anAudience, iat: now, exp: now + 300 };
  const others = Object.entries(claims).filter(([name]) => name !== claim);
  return `${JSON.stringify(Object.fromEntries(others)).slice(0, -1)},"${claim}":${text}}`;
};

const leeway = 60;
const longest = 3600;

describe('case 17: times', () => {
  test.each<[name: string, claims: Readonly<Record<string, unknown>>, verdict: Verdict]>([
    ['exp missing', { exp: undefined }, 'claims_invalid'],
    ['exp past', { iat: now - 600, exp: now - 300 }, 'token_expired'],
    ['exp long past', { iat: 0, exp: 300 }, 'token_expired'],
    ['exp zero', { exp: 0 }, 'token_expired'],
    ['exp negative', { exp: -1 }, 'claims_invalid'],
    ['exp before iat', { iat: now + 30, exp: now + 20 }, 'claims_invalid'],
    ['exp in milliseconds', { exp: (now + 300) * 1000 }, 'claims_invalid'],
    ['exp in 10 years', { exp: now + 10 * 365 * 86_400 }, 'claims_invalid'],
    ['exp in the year 9999', { exp: 253_402_300_799 }, 'claims_invalid'],
    ['exp beyond whole numbers', { exp: 2 ** 53 }, 'claims_invalid'],
    ['exp with a fraction', { exp: now + 300.5 }, 'claims_invalid'],
    ['exp and iat in milliseconds', { iat: now * 1000, exp: (now + 300) * 1000 }, 'token_not_yet_valid'],
    ['iat missing', { iat: undefined }, 'claims_invalid'],
    ['iat future', { iat: now + 120, exp: now + 300 }, 'token_not_yet_valid'],
    ['iat in 10 years', { iat: now + 10 * 365 * 86_400, exp: now + 10 * 365 * 86_400 + 300 }, 'token_not_yet_valid'],
    ['iat old', { iat: now - longest - 1, exp: now + 300 }, 'claims_invalid'],
    ['iat 10 years old', { iat: now - 10 * 365 * 86_400 }, 'claims_invalid'],
    ['iat zero', { iat: 0 }, 'claims_invalid'],
    ['iat negative', { iat: -1 }, 'claims_invalid'],
    ['nbf future', { nbf: now + 120 }, 'token_not_yet_valid'],
    ['nbf in milliseconds', { nbf: now * 1000 }, 'token_not_yet_valid'],
    ['nbf negative', { nbf: -1 }, 'claims_invalid'],
    ['nbf with a fraction', { nbf: now - 0.5 }, 'claims_invalid'],
  ])('%s is refused', async (_name, claims, verdict) => {
    expect(await verdictWith(claims)).toBe(verdict);
  });

  // The library that checks the signature refuses these forms before it does.
  describe.each(['exp', 'iat', 'nbf'])('%s', (claim) => {
    test.each(['"1780315500"', '"never"', '""', 'null', 'true', '[]', '[1780315500]', '{}', '1e999', '-1e999'])(
      '%s is refused',
      async (text) => {
        expect(await verdictOn(withPayload(payloadWith(claim, text)), providers)).toBe('token_malformed');
      },
    );

    test.each(['NaN', 'Infinity', '0x10', '01', '+1', '1.'])('%s is not JSON', async (text) => {
      expect(await verdictOn(withPayload(payloadWith(claim, text)), providers)).toBe('token_malformed');
    });
  });

  test('whole seconds may be written with an exponent or a point', async () => {
    expect(await verdictOn(withPayload(payloadWith('exp', `${now + 300}.0`)), providers)).toBe('accepted');
    expect(await verdictOn(withPayload(payloadWith('exp', `${(now + 300) / 10}e1`)), providers)).toBe('accepted');
  });

  test.each<[name: string, claims: Readonly<Record<string, unknown>>, before: number, verdict: Verdict]>([
    ['exp', { iat: now - 300, exp: now }, leeway - 1, 'token_expired'],
    ['iat', { iat: now, exp: now + 300 }, -leeway, 'token_not_yet_valid'],
    ['nbf', { iat: now - 300, nbf: now, exp: now + 300 }, -leeway, 'token_not_yet_valid'],
  ])('%s is forgiven by the leeway and not by one millisecond more', async (_name, claims, seconds, verdict) => {
    const token = issuer.token(claims);
    const isEnd = verdict === 'token_expired';
    const inside = isEnd ? seconds + 0.999 : seconds;
    const outside = isEnd ? seconds + 1 : seconds - 0.001;
    expect(await verdictOn(token, providers, later(inside))).toBe('accepted');
    expect(await verdictOn(token, providers, later(outside))).toBe(verdict);
  });

  test('without leeway a token ends at exp and begins at iat', async () => {
    const strict = providersOf(aProvider(issuer, { clockLeewaySeconds: 0 }));
    const token = issuer.token({ iat: now, exp: now + 10 });
    expect(await verdictOn(token, strict, later(-0.001))).toBe('token_not_yet_valid');
    expect(await verdictOn(token, strict, later(0))).toBe('accepted');
    expect(await verdictOn(token, strict, later(9.999))).toBe('accepted');
    expect(await verdictOn(token, strict, later(10))).toBe('token_expired');
  });

  test('the longest lifetime is accepted and one second more is not', async () => {
    expect(await verdictWith({ iat: now, exp: now + longest })).toBe('accepted');
    expect(await verdictWith({ iat: now, exp: now + longest + 1 })).toBe('claims_invalid');
    expect(await verdictWith({ iat: now - longest, exp: now })).toBe('accepted');
  });

  test('the identity is proved until exp, without leeway', async () => {
    const { provenUntil } = await proveOidcToken(issuer.token({ exp: now + 299 }), providers, aMoment);
    expect(provenUntil).toEqual(later(299));
  });
});

describe('case 18: issuers', () => {
  const { issuer: name } = issuer;

  test.each<[name: string, iss: unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 1],
    ['a list of the right one', [name]],
    ['an object', { iss: name }],
    ['true', true],
    ['another', 'https://attacker.example'],
    ['with a slash', `${name}/`],
    ['with a path', `${name}/tenant`],
    ['in capitals', name.toUpperCase()],
    ['with the host in capitals', 'https://LOGIN.acme.example'],
    ['http', name.replace('https', 'http')],
    ['with its port', `${name}:443`],
    ['without its scheme', name.replace('https://', '')],
    ['with a NUL', `${name}\u0000`],
    ['with a NUL and more', `${name}\u0000.attacker.example`],
    ['with a space', `${name} `],
    ['with a line break', `${name}\n`],
    ['with a query', `${name}?`],
    ['with a fragment', `${name}#`],
    ['with a user', 'https://login.acme.example@attacker.example'],
    ['a longer host', `${name}.attacker.example`],
    ['with a letter that looks the same', name.replace('a', 'а')],
    ['inherited', '__proto__'],
    ['inherited too', 'constructor'],
  ])('%s is unknown, and nobody is asked for keys', async (_name, iss) => {
    const network = issuer.network();
    const verdict = await verdictOn(issuer.token({ iss }), providersOf(aProvider(issuer, { network })));
    expect(verdict).toBe('issuer_unknown');
    expect(network.requests).toEqual([]);
  });

  describe('mixed up', () => {
    const other = anIssuer({ issuer: 'https://login.other.example', keyId: 'key-other' });
    const both = () => providersOf(aProvider(issuer, { name: 'acme' }), aProvider(other, { name: 'other' }));

    test('one does not sign for the other, whosever key id is named', async () => {
      expect(await verdictOn(other.token({ iss: issuer.issuer }), both())).toBe('key_unknown');
      expect(await verdictOn(other.token({ iss: issuer.issuer }, { kid: issuer.keyId }), both())).toBe(
        'signature_invalid',
      );
      expect(await verdictOn(issuer.token({ iss: other.issuer }), both())).toBe('key_unknown');
      expect(await verdictOn(issuer.token({ iss: other.issuer }, { kid: other.keyId }), both())).toBe(
        'signature_invalid',
      );
    });

    test('with one key and one key id for two issuers, the token belongs to the one it names', async () => {
      const twin = { ...issuer, issuer: 'https://twin.acme.example' };
      const network = issuer.network();
      const shared = providersOf(aProvider(issuer, { name: 'acme', network }), {
        ...aProvider(issuer, { name: 'twin', network, audiences: ['twin'] }),
        issuer: twin.issuer,
      });
      expect(await verdictOn(issuer.token({ iss: twin.issuer }), shared)).toBe('audience_mismatch');
      expect((await proveOidcToken(issuer.token(), shared, aMoment)).provider).toBe('acme');
      const { provider, issuer: named } = await proveOidcToken(
        issuer.token({ iss: twin.issuer, aud: 'twin' }),
        shared,
        aMoment,
      );
      expect([provider, named]).toEqual(['twin', twin.issuer]);
    });

    test('each is known by its own', async () => {
      expect((await proveOidcToken(issuer.token(), both(), aMoment)).provider).toBe('acme');
      expect((await proveOidcToken(other.token(), both(), aMoment)).provider).toBe('other');
    });
  });
});

describe('case 19: audiences', () => {
  const ours = providersOf(aProvider(issuer, { audiences: ['web', 'app'] }));

  test.each<[claims: Readonly<Record<string, unknown>>, verdict: Verdict]>([
    [{ aud: 'web' }, 'accepted'],
    [{ aud: 'app' }, 'accepted'],
    [{ aud: ['web'] }, 'accepted'],
    [{ aud: 'web', azp: 'web' }, 'accepted'],
    [{ aud: 'web', azp: 'app' }, 'accepted'],
    [{ aud: ['web', 'other'], azp: 'web' }, 'accepted'],
    [{ aud: ['other', 'web'], azp: 'app' }, 'accepted'],
    [{ aud: undefined }, 'claims_invalid'],
    [{ aud: 'other' }, 'audience_mismatch'],
    [{ aud: '' }, 'audience_mismatch'],
    [{ aud: [] }, 'audience_mismatch'],
    [{ aud: [''] }, 'audience_mismatch'],
    [{ aud: ['other'] }, 'audience_mismatch'],
    [{ aud: 'WEB' }, 'audience_mismatch'],
    [{ aud: 'web ' }, 'audience_mismatch'],
    [{ aud: 'web\u0000' }, 'audience_mismatch'],
    [{ aud: 'web,other' }, 'audience_mismatch'],
    [{ aud: 'web app' }, 'audience_mismatch'],
    [{ aud: '*' }, 'audience_mismatch'],
    [{ aud: 'https://web' }, 'audience_mismatch'],
    [{ aud: '__proto__' }, 'audience_mismatch'],
    [{ aud: ['web', 'other'] }, 'audience_mismatch'],
    [{ aud: ['web', 'app'] }, 'audience_mismatch'],
    [{ aud: ['web', 'web'] }, 'audience_mismatch'],
    [{ aud: 'web', azp: 'other' }, 'audience_mismatch'],
    [{ aud: ['web'], azp: 'other' }, 'audience_mismatch'],
    [{ aud: ['web', 'other'], azp: 'other' }, 'audience_mismatch'],
    [{ aud: 'other', azp: 'web' }, 'audience_mismatch'],
    [{ aud: 'web', azp: '' }, 'audience_mismatch'],
    [{ aud: 'web', azp: null }, 'claims_invalid'],
    [{ aud: 'web', azp: ['web'] }, 'claims_invalid'],
    [{ aud: 'web', azp: 1 }, 'claims_invalid'],
    [{ aud: undefined, azp: 'web' }, 'claims_invalid'],
    [{ aud: undefined, client_id: 'web' }, 'claims_invalid'],
    // The library that checks the signature refuses these forms before it does.
    [{ aud: null }, 'token_malformed'],
    [{ aud: 1 }, 'token_malformed'],
    [{ aud: { web: true } }, 'token_malformed'],
    [{ aud: ['web', 1] }, 'token_malformed'],
    [{ aud: ['web', null] }, 'token_malformed'],
    [{ aud: [['web']] }, 'token_malformed'],
  ])('%j is %s', async (claims, verdict) => {
    expect(await verdictOn(issuer.token(claims), ours)).toBe(verdict);
  });

  test('the audience of a sibling provider is not ours', async () => {
    const sibling = anIssuer({ issuer: 'https://sibling.acme.example' });
    const both = providersOf(aProvider(issuer), aProvider(sibling, { audiences: ['sibling'] }));
    expect(await verdictOn(issuer.token({ aud: 'sibling' }), both)).toBe('audience_mismatch');
  });
});

describe('case 20: subjects', () => {
  test.each<[name: string, sub: unknown, verdict: Verdict]>([
    ['missing', undefined, 'claims_invalid'],
    ['empty', '', 'claims_invalid'],
    ['a space', ' ', 'claims_invalid'],
    ['white space', '\t\n\u00a0\u2003\ufeff', 'claims_invalid'],
    ['of 256 characters', 'x'.repeat(256), 'claims_invalid'],
    // The library that checks the signature refuses these forms before it does.
    ['null', null, 'token_malformed'],
    ['a number', 1, 'token_malformed'],
    ['a list', ['alice'], 'token_malformed'],
    ['an object', { sub: 'alice' }, 'token_malformed'],
    ['true', true, 'token_malformed'],
  ])('%s is refused', async (_name, sub, verdict) => {
    expect(await verdictWith({ sub })).toBe(verdict);
  });

  test.each<[name: string, sub: string]>([
    ['a lone high surrogate', '"\\ud800"'],
    ['a lone low surrogate', '"\\udc00"'],
    ['a pair the wrong way round', '"\\udc00\\ud800"'],
    ['a lone surrogate in a name', '"alice\\uD83D"'],
    ['a lone surrogate before a letter', '"\\ud83dx"'],
    ['a control character', '"alice\u0001"'],
    ['a line break', '"alice\n"'],
    ['a false escape', '"\\x61lice"'],
    ['a short escape', '"\\u61"'],
  ])('%s is refused', async (_name, text) => {
    expect(await verdictOn(withPayload(payloadWith('sub', text)), providers)).toBe('token_malformed');
  });

  test.each<[name: string, bytes: readonly number[]]>([
    ['a lone byte', [0xff]],
    ['a lone continuation', [0x80]],
    ['a broken sequence', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9]],
  ])('UTF-8 with %s is refused', async (_name, bytes) => {
    const [before = '', after = ''] = payloadWith('sub', '"al#ce"').split('#');
    const payload = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
    expect(await verdictOn(withPayload(payload), providers)).toBe('token_malformed');
  });

  test('a lone surrogate in another claim, or in the name of one, is refused', async () => {
    expect(await verdictOn(withPayload(payloadWith('groups', '["a\\ud800"]')), providers)).toBe('token_malformed');
    expect(await verdictOn(withPayload(payloadWith('\\ud800', '1')), providers)).toBe('token_malformed');
  });

  test.each(['x'.repeat(255), 'repo:acme/app:ref:refs/heads/main', 'Zoë 🙂', '-', '__proto__'])(
    '"%s" is kept as it is',
    async (sub) => {
      expect((await proveOidcToken(issuer.token({ sub }), providers, aMoment)).subject).toBe(sub);
    },
  );
});
