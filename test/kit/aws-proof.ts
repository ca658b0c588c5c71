// Signed AWS requests as proofs, good unless told otherwise, and an STS that says who signed.

import { STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { resultXml, stsProtocol } from '../../lib/aws-query/answer.ts';
import type { AwsProvider } from '../../lib/identity/aws/aws-provider.ts';
import { awsProofPrefix, awsProofText } from '../../lib/identity/aws/proof-form.ts';
import type { Network, NetworkAnswer, NetworkRequest } from '../../lib/network/network.ts';
import { aMoment } from './issuer.ts';

export const anAddress = 'https://access.acme.example';
export const aNonce = 'n0nce_n0nce-n0nce_n0nce';

/** What signs where a test is not about whose it is. */
export const someKeys = { accessKeyId: 'AKIAQ3EGAAAAEXAMPLE1', secretAccessKey: 'not a secret' };

export interface AwsProofSettings {
  readonly keys?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly region?: string;
  /** The host that is signed and written. */
  readonly host?: string;
  readonly service?: string;
  readonly audience?: string;
  readonly nonce?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Instead of the two. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signedAt?: Date;
  readonly expiresSeconds?: number;
}

export interface SignedParts {
  readonly url: string;
  readonly audience: string;
  readonly nonce: string;
}

export const { sha256 } = new STSClient({ region: 'us-east-1', credentials: someKeys }).config;

/** Signed by the AWS SDK's own signer. */
export async function signedParts({
  keys = someKeys,
  region = 'eu-central-1',
  host = `sts.${region}.amazonaws.com`,
  service = 'sts',
  audience = anAddress,
  nonce = aNonce,
  query = { Action: 'GetCallerIdentity', Version: '2011-06-15' },
  headers = { 'x-daypass-audience': audience, 'x-daypass-nonce': nonce },
  signedAt = aMoment,
  expiresSeconds = 60,
}: AwsProofSettings = {}): Promise<SignedParts> {
  const signer = new SignatureV4({ credentials: keys, region, service, sha256 });
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query,
    headers: { host, ...headers },
  };
  const { query: signed = {} } = await signer.presign(request, { expiresIn: expiresSeconds, signingDate: signedAt });
  const written = Object.entries(signed).map((pair) => pair.map((part) => encodeURIComponent(String(part))).join('='));
  return { url: `https://${host}/?${written.join('&')}`, audience, nonce };
}

/** A proof, with its parts edited after they were signed. */
export async function anAwsProof(
  settings: AwsProofSettings = {},
  edit: (parts: SignedParts) => SignedParts = (same) => same,
): Promise<string> {
  return awsProofText(edit(await signedParts(settings)));
}

/** Any text in the place of the JSON. */
export const proofOfText = (json: string | Buffer) => awsProofPrefix + Buffer.from(json).toString('base64url');

export const aFleet = (members: Partial<AwsProvider> = {}): AwsProvider => ({
  name: 'fleet',
  accounts: ['111122223333'],
  audiences: [anAddress],
  clockLeewaySeconds: 60,
  ...members,
});

export const aCaller = {
  Arn: 'arn:aws:sts::111122223333:assumed-role/ci-runner/build-7',
  UserId: 'AROAQ3EGAAAAEXAMPLE01:build-7',
  Account: '111122223333',
};

export const callerXml = (caller: Readonly<Record<string, string>> = aCaller) =>
  resultXml({ name: 'GetCallerIdentity', result: caller }, 'request-1', stsProtocol);

/** STS as it answers, whatever it is asked; what it was sent is remembered. */
export function anSts(
  answer: Partial<NetworkAnswer> | (() => Promise<NetworkAnswer>) = {},
): Network & { readonly sent: NetworkRequest[] } {
  const sent: NetworkRequest[] = [];
  return {
    sent,
    async send(request) {
      sent.push(request);
      return typeof answer === 'function' ? answer() : { status: 200, body: callerXml(), ...answer };
    },
  };
}
