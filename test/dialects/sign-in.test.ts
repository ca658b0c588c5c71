import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signIn } from '../../lib/dialects/sign-in.ts';
import { refusals } from '../../lib/refusal.ts';
import { browserCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { aMoment } from '../kit/issuer.ts';
import { golden, refusalOf } from './kit.ts';
import { aPageRequest, cookieIn, expectLockedPage, markup } from './pages.ts';

const browserSecret = 's'.repeat(43);
const location = 'https://idp.acme.example/sso?tenant=a&SAMLRequest=fZ%2F%2B%3D&RelayState=corp';

const visiting = (provider: string, cookies: Readonly<Record<string, string>> = {}) =>
  aPageRequest({ path: `/sign-in/${provider}`, pathParameters: { provider }, cookies });

describe('a visit', () => {
  test('is read', () => {
    expect(signIn.read(visiting('corp'))).toEqual({ provider: 'corp', browserSecret: undefined });
  });

  test('goes on with the secret that is in the browser: another tab may be at the identity provider with it', () => {
    expect(signIn.read(visiting('corp', { [browserCookie]: browserSecret }))).toEqual({
      provider: 'corp',
      browserSecret,
    });
  });

  test.each(['', 'a', browserSecret.slice(1), `${browserSecret}s`, `${browserSecret}\n`, `${'s'.repeat(42)}=`, markup])(
    'takes no secret from %j',
    (planted) => {
      expect(signIn.read(visiting('corp', { [browserCookie]: planted })).browserSecret).toBeUndefined();
    },
  );

  test.each(['daypass-browser', signInCookie, '__host-daypass-browser'])(
    'takes no secret from the cookie %s',
    (name) => {
      expect(signIn.read(visiting('corp', { [name]: browserSecret })).browserSecret).toBeUndefined();
    },
  );

  test.each(['', markup, '../..', '__proto__', 'constructor', 'corp ', 'CORP', 'x'.repeat(10_000)])(
    'of %j is read as it is: the door knows its providers',
    (provider) => {
      expect(signIn.read(visiting(provider)).provider).toBe(provider);
    },
  );

  test('without a path parameter has an empty provider', () => {
    expect(signIn.read(aPageRequest()).provider).toBe('');
  });

  test('is read or refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (provider, secret) => {
        expect(refusalOf(() => signIn.read(visiting(provider, { [browserCookie]: secret })))).toBeUndefined();
      }),
    );
  });
});

describe('an answer', () => {
  test('is this, to the byte', () => {
    expect(signIn.answer({ location, browserSecret }, aMoment)).toStrictEqual(golden('sign-in-granted'));
  });

  test('is locked, leads by GET to the identity provider, and is not kept', () => {
    const answer = signIn.answer({ location, browserSecret }, aMoment);
    expectLockedPage(answer);
    expect([answer.status, answer.headers.location, answer.body]).toEqual([303, location, '']);
  });

  test('leaves the secret in a cookie that comes along when the identity provider posts', () => {
    const { cookies } = signIn.answer({ location, browserSecret }, aMoment);
    expect(cookies).toHaveLength(1);
    expect(cookieIn(cookies?.[0])).toEqual({
      name: browserCookie,
      value: browserSecret,
      attributes: ['Max-Age=600', 'Path=/', 'Secure', 'HttpOnly', 'SameSite=None'],
    });
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(signIn.refuse(refusals.provider_unknown, 'request-1')).toStrictEqual(golden('sign-in-refused'));
  });

  test('is a locked page, and leaves no cookie', () => {
    const answer = signIn.refuse(refusals.store_unavailable, 'r');
    expectLockedPage(answer);
    expect([answer.status, answer.cookies]).toEqual([503, undefined]);
  });
});
