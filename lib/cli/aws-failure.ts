import { messageOf } from '../message-of.ts';
import { Denied, Unreachable, UsageError } from './command.ts';

/** What the AWS SDK's own set-up lacks, before anybody is asked. */
const notAsked = /Region is missing|Could not load credentials|Could not resolve credentials/;
const unreachable = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|TimeoutError|NetworkingError/;

/** The error of a question to AWS, told by whose it is: the caller's, the network's, or AWS's own no. */
export function awsFailure(error: unknown, no: string): Error {
  const message = messageOf(error);
  const { name = '', code = '' } = (error ?? {}) as { readonly name?: string; readonly code?: string };
  if (name === 'CredentialsProviderError' || notAsked.test(message)) {
    const remedy = /Region/.test(message)
      ? 'Set AWS_REGION, or a region in the AWS configuration.'
      : 'Sign in to AWS first.';
    return new UsageError(`AWS was not asked: ${message}. ${remedy}`);
  }
  if (unreachable.test(`${name} ${code} ${message}`)) return new Unreachable(`AWS could not be reached: ${message}`);
  return new Denied(`${no}: ${message}`);
}
