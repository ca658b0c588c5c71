import { describe, expect, test } from 'vitest';
import type { Algorithm } from '../../../lib/identity/oidc/algorithms.ts';
import { parseJwks } from '../../../lib/identity/oidc/signing-keys.ts';
import { anIssuer } from '../../kit/issuer.ts';
import { publicKeyOf, times, without } from '../kit.ts';

const rsa = anIssuer({ algorithm: 'RS256', keyId: 'rsa' });
const keysIn = (...keys: readonly unknown[]) => parseJwks(JSON.stringify({ keys }));

describe('a key', () => {
  test.each<[algorithm: Algorithm, without: readonly Algorithm[]]>([
    ['RS256', ['RS256', 'RS384', 'RS512']],
    ['RS384', ['RS256', 'RS384', 'RS512']],
    ['RS512', ['RS256', 'RS384', 'RS512']],
    ['ES256', ['ES256']],
    ['ES384', ['ES384']],
    ['ES512', ['ES512']],
  ])('for %s signs that alone, and without alg what its type can: %j', (algorithm, fitting) => {
    const { publicJwk, ...issuer } = algorithm.startsWith('RS') ? rsa : anIssuer({ algorithm });
    const jwk = { ...publicJwk, alg: algorithm };
    const declared = keysIn(jwk).get(issuer.keyId);
    expect(declared?.algorithms).toEqual([algorithm]);
    expect(declared?.key.equals(publicKeyOf({ publicJwk, ...issuer }))).toBe(true);
    expect(keysIn(without(jwk, 'alg')).get(issuer.keyId)?.algorithms).toEqual(fitting);
  });

  test('is public, whatever else the JWK holds', () => {
    const key = keysIn({ ...rsa.publicJwk, x5u: 'https://acme.example', x5c: ['AA'], jku: 'https://acme.example' });
    expect(key.get('rsa')?.key.type).toBe('public');
  });

  test('may be named like something inherited', () => {
    const keys = keysIn({ ...rsa.publicJwk, kid: '__proto__' });
    expect(keys.has('__proto__')).toBe(true);
    expect(keys.has('constructor')).toBe(false);
  });
});

describe('a set', () => {
  test('keeps what is fit and leaves out the rest', () => {
    const keys = keysIn(null, 1, 'text', [], {}, { kty: 'RSA' }, { kty: 'oct', k: 'AA', kid: 'a' }, rsa.publicJwk);
    expect([...keys.keys()]).toEqual(['rsa']);
  });

  test('with a key twice leaves out both, and keeps the others', () => {
    const ec = anIssuer({ keyId: 'ec' });
    const again = anIssuer({ keyId: 'ec' });
    expect([...keysIn(ec.publicJwk, rsa.publicJwk, again.publicJwk).keys()]).toEqual(['rsa']);
  });

  test('may be empty, and may have members that we do not know', () => {
    expect(parseJwks('{"keys":[]}').size).toBe(0);
    expect(parseJwks('{"keys":[],"next":"https://acme.example"}').size).toBe(0);
  });

  test('of 201 keys is refused, even when none is fit', () => {
    expect(keysIn(...times(200, () => ({}))).size).toBe(0);
    expect(() => keysIn(...times(201, () => ({})))).toThrow('more than 200 keys');
  });

  test.each(['', '[]', 'null', '{}', '{"keys":null}', '{"keys":{}}', '{"keys":"a"}', '{"keys":[]', '{"keys":[]}x'])(
    'is not %s',
    (text) => {
      expect(() => parseJwks(text)).toThrow();
    },
  );
});
