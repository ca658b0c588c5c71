import { elementText, requiredText } from '../../aws-query/sts-answer.ts';
import { stsEndpoint } from '../../aws-query/sts-endpoint.ts';
import { type Network, type NetworkAnswer, NetworkError } from '../../network/network.ts';
import { Refusal } from '../../refusal.ts';
import { audienceHeader, nonceHeader } from './proof-form.ts';
import { invalid, type SignedRequest } from './signed-request.ts';

/** As GetCallerIdentity tells it. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

export interface StsMeans {
  readonly sts: Network;
  readonly partition: string;
}

const timeoutMilliseconds = 3000;
const longestAnswerBytes = 16 * 1024;

/**
 * Whose signature it is, by STS's word: only AWS can tell. What is sent is put together here of checked parts, never what a
 * caller wrote. Rejects with a `Refusal`; with a plain `Error` when STS, against its contract, answers something else.
 */
export async function callerOf(request: SignedRequest, { sts, partition }: StsMeans): Promise<CallerIdentity> {
  const query = [...request.parameters].map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  const url = `${stsEndpoint(request.region, partition)}/?${query}`;
  const headers = { accept: 'text/xml', [audienceHeader]: request.audience, [nonceHeader]: request.nonce };
  try {
    return callerIn(await sts.send({ method: 'GET', url, headers, timeoutMilliseconds, longestAnswerBytes }));
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    // A Region that a caller made up is no failure of ours, and must not raise an alarm.
    if ((cause.cause as { code?: unknown } | undefined)?.code === 'ENOTFOUND') throw invalid('is of no Region', cause);
    throw new Refusal('sts_unavailable', { why: cause.message }, { cause });
  }
}

/** STS's words for asking again later. */
const passing = ['Throttling', 'ThrottlingException', 'RequestLimitExceeded'];

function callerIn({ status, body }: NetworkAnswer): CallerIdentity {
  if (status !== 200) {
    // Its message repeats what was signed.
    const detail = { stsStatus: status, stsCode: elementText(body, 'Code')?.slice(0, 64) ?? 'none' };
    const isPassing = status >= 500 || status === 429 || passing.includes(detail.stsCode);
    throw new Refusal(isPassing ? 'sts_unavailable' : 'signature_invalid', detail);
  }
  const [, result = '', ...rest] = body.split(/<\/?GetCallerIdentityResult>/);
  if (rest.length !== 1 || body.includes('<!')) throw new Error('STS answered without one GetCallerIdentityResult');
  const [account, arn, userId] = ['Account', 'Arn', 'UserId'].map((name) => {
    if (result.split(`<${name}>`).length > 2) throw new Error(`STS answered with ${name} twice`);
    return requiredText(result, name);
  }) as [string, string, string];
  if (!/^\d{12}$/.test(account)) throw new Error('STS answered with an Account that is none');
  return { account, arn, userId };
}
