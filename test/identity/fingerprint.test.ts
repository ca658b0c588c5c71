import { expect, test } from 'vitest';
import { fingerprint, proofFingerprint } from '../../lib/identity/fingerprint.ts';

const of = (token: string) => proofFingerprint({ kind: 'oidc', token });

test('a fingerprint is 16 hexadecimal digits of SHA-256', () => {
  expect(fingerprint('abc')).toBe('ba7816bf8f01cfea');
});

test.each(['head.body.AAAA', 'head.body.', 'head.body.AAA=', 'head.body.AB==', 'head.body.AAAA\n'])(
  'the proof %j is known by its header and payload',
  (token) => {
    expect(of(token)).toBe(fingerprint('head.body'));
  },
);

test('what is no token has a fingerprint too, and none that shows it', () => {
  expect(of('secret')).toBe(fingerprint('secret'));
  expect(of('')).toMatch(/^[0-9a-f]{16}$/);
});

test.each(['PHNhbWw+PC9zYW1sPg==', 'PHNhbWw+\nPC9zYW1sPg==', 'PHNhbWw+\r\nPC9zYW1sPg==\r\n'])(
  'the SAML response %j is known however its lines end',
  (samlResponse) => {
    const arrival = { by: 'client' } as const;
    expect(proofFingerprint({ kind: 'saml', samlResponse, arrival })).toBe(fingerprint('PHNhbWw+PC9zYW1sPg=='));
  },
);

test.each(['id.key', 'id.another', 'id.', 'id'])(
  'the sign-in %j is known by its id, and nothing of its key',
  (handle) => {
    expect(proofFingerprint({ kind: 'sign-in', handle })).toBe(fingerprint('id'));
  },
);
