import { AwsError } from '../../lib/aws-query/aws-error.ts';

/** The error that AWS would answer with; throws where there is none, or another kind. */
export function awsErrorOf(act: () => unknown): AwsError['form'] {
  try {
    act();
  } catch (error) {
    if (error instanceof AwsError) return error.form;
    throw error;
  }
  throw new Error('nothing was refused');
}
