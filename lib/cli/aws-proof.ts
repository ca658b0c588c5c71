import { randomBytes } from 'node:crypto';
import { signingVariable } from '../environment.ts';
import { audienceHeader, awsProofText, nonceHeader } from '../identity/aws/proof-form.ts';
import { awsFailure } from './aws-failure.ts';
import { type Io, UsageError } from './command.ts';

export const awsOptions = {
  aws: { type: 'boolean' },
  endpoint: { type: 'string' },
  audience: { type: 'string' },
} as const;

/** Throws a `UsageError` for options that nothing would come of. */
export function checkAwsOptions(aws: boolean, others: Readonly<Record<string, string | undefined>>): void {
  const idle = Object.keys(others).find((name) => others[name] !== undefined);
  if (!aws && idle !== undefined) throw new UsageError(`--${idle} goes with --aws.`);
}

export interface AwsProofWish {
  /** The address of Daypass. */
  readonly endpoint: string;
  /** For whom it is, where Daypass goes by another name than its address. */
  readonly audience?: string | undefined;
}

/** A request that the AWS configuration's credentials have signed, good once and for minutes. Nothing is sent to AWS. */
export async function awsProof({ endpoint, audience = endpoint }: AwsProofWish, io: Io): Promise<string> {
  if (io.machine.environment[signingVariable] !== undefined) {
    // Else each would start the next, without end.
    throw new UsageError(
      '--aws: the AWS configuration that should sign gets its credentials from Daypass itself. Set AWS_PROFILE to another.',
    );
  }
  if (!/^[!-~]{1,255}$/.test(audience)) throw new UsageError('--audience: 1 to 255 visible ASCII characters.');
  const nonce = randomBytes(24).toString('base64url');
  const headers = { [audienceHeader]: audience, [nonceHeader]: nonce };
  const sts = await io.sts();
  try {
    return awsProofText({ url: await sts.callerIdentityAddress(headers, io.now()), audience, nonce });
  } catch (error) {
    throw awsFailure(error, 'Nothing was signed');
  }
}
