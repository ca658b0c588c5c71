import { type SignatureV4Init, SignatureV4 as Signer } from '@smithy/signature-v4';
import { stsProtocol } from '../aws-query/answer.ts';
import { partitionOf, stsEndpoint } from '../aws-query/sts-endpoint.ts';

/** Long enough for clocks and slow networks; Daypass takes at most five minutes. */
const lifetimeSeconds = 120;

export interface Signing extends Pick<SignatureV4Init, 'credentials'> {
  readonly region: string;
  readonly sha256: ConstructorParameters<typeof Signer>[0]['sha256'];
  readonly now: Date;
}

/** The address of a GetCallerIdentity that holds with exactly these headers. Nothing is sent. */
export async function signCallerIdentity(
  headers: Readonly<Record<string, string>>,
  { credentials, region, sha256, now }: Signing,
): Promise<string> {
  // Never the global endpoint, and never another that the AWS configuration names: Daypass asks this one.
  const { origin, hostname } = new URL(stsEndpoint(region, partitionOf(region)));
  const request = {
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: stsProtocol.version },
    headers: { host: hostname, ...headers },
  };
  const signer = new Signer({ credentials, region, service: 'sts', sha256 });
  const { query = {} } = await signer.presign(request, { expiresIn: lifetimeSeconds, signingDate: now });
  return `${origin}/?${new URLSearchParams(query as Record<string, string>).toString().replaceAll('+', '%20')}`;
}
