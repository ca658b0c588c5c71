import { awsFailure } from './aws-failure.ts';
import type { LiveIam } from './live-iam.ts';

/** The same, with errors that say whose they are. */
export function tellingIam(iam: LiveIam): LiveIam {
  const told = (error: unknown): never => {
    throw awsFailure(error, 'IAM says no');
  };
  return {
    role: (arn) => iam.role(arn).catch(told),
    oidcClientIds: (arn) => iam.oidcClientIds(arn).catch(told),
    hasSamlProvider: (arn) => iam.hasSamlProvider(arn).catch(told),
  };
}
