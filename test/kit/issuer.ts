// An OpenID Connect issuer in memory: keys made at run time, tokens good or bad, and the network it answers on.

import { generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import type { Algorithm } from '../../lib/identity/oidc/algorithms.ts';
import type { Network } from '../../lib/network/network.ts';
import { aNetwork } from './network.ts';

export interface IssuerSettings {
  readonly issuer?: string;
  readonly algorithm?: Algorithm;
  readonly keyId?: string;
}

export interface Issuer {
  readonly issuer: string;
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly privateKey: KeyObject;
  readonly publicJwk: JsonWebKey;
  /** A token that is good unless told otherwise; `undefined` takes a member away. */
  token(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): string;
  /** Answers for discovery and keys; what is given stands in for the true answers. */
  network(answers?: {
    readonly discovery?: unknown;
    readonly keys?: unknown;
  }): Network & { readonly requests: string[] };
}

/** What tokens of the kit are made for, and when. */
export const anAudience = 'web';
export const aMoment = new Date('2026-06-01T12:00:00Z');

const curves: Partial<Record<Algorithm, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };

export function anIssuer({
  issuer = 'https://login.acme.example',
  algorithm = 'ES256',
  keyId = 'key-1',
}: IssuerSettings = {}): Issuer {
  const namedCurve = curves[algorithm];
  const { privateKey, publicKey } = namedCurve
    ? generateKeyPairSync('ec', { namedCurve })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: algorithm };
  return {
    issuer,
    keyId,
    algorithm,
    privateKey,
    publicJwk,
    token(claims = {}, header = {}) {
      const seconds = Math.floor(aMoment.getTime() / 1000);
      const payload = { iss: issuer, sub: 'alice', aud: anAudience, iat: seconds, exp: seconds + 300, ...claims };
      return signed(
        JSON.stringify({ alg: algorithm, kid: keyId, typ: 'JWT', ...header }),
        JSON.stringify(payload),
        algorithm,
        privateKey,
      );
    },
    network({ discovery = { issuer, jwks_uri: `${issuer}/keys` }, keys = { keys: [publicJwk] } } = {}) {
      return aNetwork({ [`${issuer}/.well-known/openid-configuration`]: discovery, [`${issuer}/keys`]: keys });
    },
  };
}

export const base64url = (text: string | Buffer) => Buffer.from(text).toString('base64url');

/** Signs any two texts as a JWS, whether or not they make sense. */
export function signed(
  header: string | Buffer,
  payload: string | Buffer,
  algorithm: Algorithm,
  key: KeyObject,
): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  const signature = sign(`sha${algorithm.slice(2)}`, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${base64url(signature)}`;
}
