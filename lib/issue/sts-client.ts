// STS calls: one form POST each, at a regional endpoint, with the next Region as fallback.
// Source: AWS STS API Reference, "Common errors".

import { elementText } from '../aws-query/sts-answer.ts';
import { stsEndpoint } from '../aws-query/sts-endpoint.ts';
import { type Network, type NetworkAnswer, NetworkError } from '../network/network.ts';
import { Refusal, type RefusalCode } from '../refusal.ts';

export interface StsClientOptions {
  readonly network: Network;
  /** In the order in which they are tried. */
  readonly regions: readonly string[];
  readonly partition: string;
}

type Parameters = Readonly<Record<string, string>>;

interface Posted {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The headers with which a request is signed for a Region, those that were there included. */
export type SignRequest = (request: Posted, region: string) => Promise<Readonly<Record<string, string>>>;

export interface StsClient {
  /** Resolves to the XML of a success. Rejects with a `Refusal`. Without `sign` the call is anonymous. */
  call(action: string, parameters: Parameters, sign?: SignRequest): Promise<string>;
}

const timeoutMilliseconds = 3000;
const longestAnswerBytes = 64 * 1024;
const attemptsPerRegion = 2;
const pauseMilliseconds = 100;
const version = '2011-06-15';

/** What STS's own codes mean to our callers. Whatever is not here is a request that STS should have taken. */
const refusalFor = new Map<string, RefusalCode>([
  ['AccessDenied', 'sts_denied'],
  ['InvalidIdentityToken', 'sts_refused_token'],
  ['IDPRejectedClaim', 'sts_refused_token'],
  ['ExpiredTokenException', 'token_expired'],
  ['PackedPolicyTooLarge', 'session_too_large'],
  ['IDPCommunicationError', 'sts_unavailable'],
  ['RegionDisabledException', 'sts_unavailable'],
  ['Throttling', 'sts_unavailable'],
  ['ThrottlingException', 'sts_unavailable'],
  ['RequestLimitExceeded', 'sts_unavailable'],
]);

/** Another Region would fare no worse, this one may fare better in a moment. */
const passing = new Set(['IDPCommunicationError', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded']);

const pause = (milliseconds: number) => new Promise<void>((resolve) => void setTimeout(resolve, milliseconds));

type Outcome =
  | { readonly kind: 'success'; readonly xml: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'again' | 'elsewhere'; readonly refusal: Refusal };

export function stsClient({ network, regions, partition }: StsClientOptions): StsClient {
  return {
    async call(action, parameters, sign) {
      const sent = { Action: action, Version: version, ...parameters };
      let last: Refusal | undefined;
      for (const region of regions) {
        const place = { region, url: `${stsEndpoint(region, partition)}/` };
        for (let attempt = 1; attempt <= attemptsPerRegion; attempt++) {
          const outcome = await attemptAt(network, place, sent, sign);
          if (outcome.kind === 'success') return outcome.xml;
          if (outcome.kind === 'refused') throw outcome.refusal;
          last = outcome.refusal;
          if (outcome.kind === 'elsewhere') break;
          // Jitter, so that callers throttled together do not come back together.
          if (attempt < attemptsPerRegion) await pause(pauseMilliseconds * attempt * (1 + Math.random()));
        }
      }
      throw last ?? new Refusal('sts_unavailable', { why: 'no Region is configured' });
    },
  };
}

interface Place {
  readonly region: string;
  readonly url: string;
}

async function attemptAt(
  network: Network,
  { region, url }: Place,
  parameters: Parameters,
  sign: SignRequest | undefined,
): Promise<Outcome> {
  const body = formOf(parameters);
  const plain = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/xml' };
  const headers = sign ? await sign({ url, headers: plain, body }, region) : plain;
  try {
    const answer = await network.send({ method: 'POST', url, headers, body, timeoutMilliseconds, longestAnswerBytes });
    return outcomeOf(answer, url, parameters);
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    return { kind: 'elsewhere', refusal: new Refusal('sts_unavailable', { why: cause.message }, { cause }) };
  }
}

function outcomeOf({ status, body }: NetworkAnswer, url: string, sent: Parameters): Outcome {
  if (status === 200) return { kind: 'success', xml: body };
  const stsCode = elementText(body, 'Code') ?? 'none';
  const stsMessage = withoutProof(elementText(body, 'Message'), sent);
  const detail = { stsHost: new URL(url).host, stsStatus: status, stsCode, stsMessage };
  if (passing.has(stsCode)) return { kind: 'again', refusal: new Refusal('sts_unavailable', detail) };
  if (status >= 500) return { kind: 'elsewhere', refusal: new Refusal('sts_unavailable', detail) };
  const code = refusalFor.get(stsCode) ?? 'sts_refused_request';
  return { kind: code === 'sts_unavailable' ? 'elsewhere' : 'refused', refusal: new Refusal(code, detail) };
}

/** URLSearchParams says the same and takes three times as long over a token. */
const formOf = (parameters: Parameters) =>
  Object.entries(parameters)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');

/** Parameters that are proofs; a ValidationError quotes what it does not like. */
const proofs = ['WebIdentityToken', 'SAMLAssertion'];

function withoutProof(message: string | undefined, sent: Parameters): string | undefined {
  const given = proofs.flatMap((name) => sent[name] ?? []);
  const cleaned = given.reduce((text, proof) => text?.replaceAll(proof, '…'), message);
  // A part of one: cut, where the text is its own, or escaped, where only the length tells.
  const isPart = (text: string) => text.length >= longestWord || given.some((proof) => proof.includes(text));
  return cleaned?.replace(/[\w+/=%-]{16,}/g, (text) => (isPart(text) ? '…' : text));
}

const longestWord = 100;
