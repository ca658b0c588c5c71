import { expect, test } from 'vitest';
import { parseCompactJwt } from '../../../lib/identity/oidc/compact-jwt.ts';
import { base64url } from '../../kit/issuer.ts';

const compact = (header: string, payload: string, signature = 'AA') =>
  `${base64url(header)}.${base64url(payload)}.${signature}`;

test('header and payload are read as they are, and the signature is not looked at', () => {
  const { header, payload } = parseCompactJwt(compact('{"alg":"none"}', '{"sub":"Zoë 🙂","n":[1,{"a":null}]}'));
  expect(Object.fromEntries(header)).toEqual({ alg: 'none' });
  expect(Object.fromEntries(payload)).toEqual({ sub: 'Zoë 🙂', n: [1, { a: null }] });
});

test('inherited names are not there unless they are written', () => {
  const { header, payload } = parseCompactJwt(compact('{}', '{"__proto__":"own"}'));
  expect(header.get('__proto__')).toBeUndefined();
  expect(header.get('toString')).toBeUndefined();
  expect(payload.get('__proto__')).toBe('own');
});

test.each<[token: string, why: string]>([
  ['', 'not three base64url parts'],
  ['a.b', 'not three base64url parts'],
  ['x'.repeat(20_001), 'longer than 20,000 characters'],
  [compact('{}', '{}', 'AB'), 'signature is not canonical base64url'],
  [compact('{}', '{}', 'A'), 'signature is not canonical base64url'],
  ['e31.e30.AA', 'header is not canonical base64url'],
  ['e30.e31.AA', 'payload is not canonical base64url'],
  [compact('[]', '{}'), 'header is not strict JSON'],
  [compact('{}', '[]'), 'payload is not strict JSON'],
])('of %s the audit line says: %s', (token, why) => {
  expect(() => parseCompactJwt(token)).toThrow(expect.objectContaining({ code: 'token_malformed', detail: { why } }));
});
