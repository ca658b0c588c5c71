// AWS accounts as a provider: a machine proves which role or user it is by a request to STS that only it can sign.

import { createHash } from 'node:crypto';
import { stsEndpoint } from '../../aws-query/sts-endpoint.ts';
import { Refusal } from '../../refusal.ts';
import { keyPrefixes } from '../../store/store.ts';
import type { Attributes, AwsProof, Identity, Reservation } from '../identity.ts';
import { callerOf, type StsMeans } from './caller-identity.ts';
import { type Principal, principalOf } from './principal.ts';
import { invalid, parseSignedRequest, type SignedRequest } from './signed-request.ts';

export interface AwsProvider {
  readonly name: string;
  /** Whose roles and users are taken: IDs of 12 digits, each of one provider only. */
  readonly accounts: readonly string[];
  /** For whom requests must be signed. */
  readonly audiences: readonly string[];
  /** What the operator states of the accounts; STS does not tell it. */
  readonly organization?: string;
  readonly clockLeewaySeconds: number;
}

export interface ProvingMeans extends StsMeans {
  /** ARNs of the roles and users whose sessions Daypass gives. */
  readonly given: readonly string[];
}

/** Form → audience → times → STS → account → principal. Rejects with a `Refusal`. */
export async function proveAwsRequest(
  { request: proof }: AwsProof,
  providers: readonly AwsProvider[],
  means: ProvingMeans,
  now: Date,
): Promise<Identity> {
  const request = parseSignedRequest(proof, means.partition);
  // Before STS is asked: a caller cannot make us send what was signed for somebody else, or long ago.
  const meant = providers.filter(({ audiences }) => audiences.includes(request.audience));
  if (meant.length === 0) throw invalid('is signed for another audience');
  const current = meant.filter(({ clockLeewaySeconds }) => isCurrent(request, clockLeewaySeconds, now));
  if (current.length === 0) throw invalid(request.signedAt > now ? 'is signed in the future' : 'has expired');

  const caller = await callerOf(request, means);
  const provider = current.find(({ accounts }) => accounts.includes(caller.account));
  // Everybody in the world has an account that STS knows.
  if (!provider) throw new Refusal('issuer_unknown', { account: caller.account });
  const principal = principalOf(caller, means.partition, means.given);
  return {
    provider: provider.name,
    issuer: stsEndpoint(request.region, means.partition),
    subject: principal.arn,
    attributes: attributesOf(principal, provider),
    unannounced: [],
    provenUntil: request.expires,
    evidence: { kind: 'aws' },
    once: [reservationOf(request, provider)],
  };
}

function isCurrent({ signedAt, expires }: SignedRequest, leewaySeconds: number, now: Date): boolean {
  const leeway = leewaySeconds * 1000;
  return signedAt.getTime() - leeway <= now.getTime() && now.getTime() < expires.getTime() + leeway;
}

/** What grants are told of a principal. */
export function attributesOf(principal: Principal, { organization }: Pick<AwsProvider, 'organization'>): Attributes {
  const told = new Map<string, string>(principal.attributes);
  if (organization !== undefined) told.set('organization', organization);
  return {
    texts: new Map([...told].map(([name, value]) => [name, [value]])),
    opaque: new Set(),
    hidden: [],
  };
}

/** Of the request only what is signed and has one spelling, so that no other order or encoding makes it look new. */
const known = ['X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires'];

/** Until the very last moment at which any clock would still take it. */
function reservationOf(
  { audience, nonce, parameters, expires }: SignedRequest,
  { clockLeewaySeconds }: AwsProvider,
): Reservation {
  const signed = [audience, nonce, ...known.map((name) => parameters.get(name))];
  const digest = createHash('sha256').update(JSON.stringify(signed)).digest('hex');
  return {
    key: keyPrefixes.awsRequest + digest,
    until: new Date(expires.getTime() + 2 * clockLeewaySeconds * 1000),
  };
}
