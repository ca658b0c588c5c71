import { describe, expect, test } from 'vitest';
import { requestLifetimeSeconds } from '../../lib/identity/saml/request-id.ts';
import {
  browserCookie,
  browserCookieWith,
  noSignInCookie,
  signInCookie,
  signInCookieWith,
} from '../../lib/sign-in/cookies.ts';

describe('a cookie', () => {
  test('of a browser is this, to the letter: an identity provider’s page posts, so it comes along from there', () => {
    expect(browserCookieWith('abc')).toBe(
      '__Host-daypass-browser=abc; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None',
    );
    expect(requestLifetimeSeconds).toBe(600);
  });

  test('of a sign-in is this, to the letter: no form of another site brings it along', () => {
    expect(signInCookieWith('abc', 299)).toBe(
      '__Host-daypass-sign-in=abc; Max-Age=299; Path=/; Secure; HttpOnly; SameSite=Lax',
    );
  });

  test('that takes a sign-in away is this, to the letter', () => {
    expect(noSignInCookie).toBe('__Host-daypass-sign-in=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax');
  });

  test.each([browserCookieWith('a'), signInCookieWith('a', 1), noSignInCookie])(
    '%s keeps what the prefix asks for: Secure, Path=/ and no Domain',
    (cookie) => {
      expect(cookie).toMatch(/^__Host-[^;]+; .*Path=\/; Secure; HttpOnly/);
      expect(cookie).not.toMatch(/Domain/i);
    },
  );

  test('of one kind is not taken for the other', () => {
    expect(browserCookie).not.toBe(signInCookie);
  });
});
