// Outbound web identity federation: AWS as the issuer of tokens for others. Discovery and keys are served beside STS.
// Source: AWS STS API Reference, GetWebIdentityToken; IAM User Guide, "Federating AWS identities to external services".

import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { AwsAnswer } from './service.ts';

export const signingAlgorithms = ['RS256', 'ES384'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

export interface WebIdentityIssuer {
  sign(account: string, algorithm: SigningAlgorithm, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** `undefined` where nothing of the issuer's is. */
  answer(path: string): Promise<AwsAnswer | undefined>;
}

/** The same at every start: another account's OIDC provider may hold it. */
export function issuerOf(account: string): string {
  return `https://${issuerId(account)}.tokens.sts.global.api.aws`;
}

function issuerId(account: string): string {
  const digest = createHash('sha256').update(`outbound web identity federation of ${account}`).digest('hex');
  return digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}

/** Where an account's issuer stands on this machine. */
export const localIssuerPath = (account: string) => `/web-identity/${account}`;

const pathForm = /^\/web-identity\/(\d{12})\/\.well-known\/(openid-configuration|jwks\.json)$/;

/** Keys are made when they are first needed. */
export function webIdentityIssuer(): WebIdentityIssuer {
  const pairs = new Map<SigningAlgorithm, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>();
  const pairFor = (algorithm: SigningAlgorithm) => {
    const made =
      pairs.get(algorithm) ??
      (algorithm === 'RS256'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-384' }));
    pairs.set(algorithm, made);
    return made;
  };
  const jwks = async () =>
    Promise.all(
      signingAlgorithms.map(async (alg) => ({
        ...(await exportJWK(pairFor(alg).publicKey)),
        kid: alg,
        use: 'sig',
        alg,
      })),
    );
  return {
    sign: (account, algorithm, claims) =>
      new SignJWT({ ...claims, iss: issuerOf(account) })
        .setProtectedHeader({ alg: algorithm, kid: algorithm, typ: 'JWT' })
        .sign(pairFor(algorithm).privateKey),
    async answer(path) {
      const [, account, document] = pathForm.exec(path) ?? [];
      if (account === undefined) return undefined;
      const issuer = issuerOf(account);
      const body =
        document === 'jwks.json'
          ? { keys: await jwks() }
          : {
              issuer,
              jwks_uri: `${issuer}/.well-known/jwks.json`,
              response_types_supported: ['id_token'],
              subject_types_supported: ['public'],
              id_token_signing_alg_values_supported: signingAlgorithms,
            };
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    },
  };
}
