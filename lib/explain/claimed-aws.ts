import type { AwsProviderSettings } from '../config/configuration.ts';
import { attributesOf } from '../identity/aws/aws-provider.ts';
import { principalOf } from '../identity/aws/principal.ts';
import type { Identity } from '../identity/identity.ts';
import { Refusal } from '../refusal.ts';
import { type Claims, typedSeconds } from './claimed.ts';

/** STS always tells one; where nobody wrote it down, no condition on it holds. */
const someId = 'AROAEXAMPLEEXAMPLE00';

export interface AskedOfAws {
  readonly provider: AwsProviderSettings;
  /** ARNs of the roles and users whose sessions Daypass gives. */
  readonly given: readonly string[];
  readonly now: Date;
}

/** What GetCallerIdentity would tell: `arn`, and `user_id`. Throws a `Refusal` for what the provider does not take. */
export function claimedByAws(claims: Claims, { provider, given, now }: AskedOfAws): Identity {
  const { name, accounts } = provider;
  const [arn, userId] = [claims.get('arn'), claims.get('user_id') ?? someId];
  if (typeof arn !== 'string' || typeof userId !== 'string') {
    throw new Refusal('claims_invalid', { claim: 'arn', why: 'must be an ARN as GetCallerIdentity tells it' });
  }
  const [, partition = '', , , account = ''] = arn.split(':');
  if (!accounts.includes(account)) throw new Refusal('issuer_unknown', { account });
  const principal = principalOf({ account, arn, userId }, partition, given);
  const { texts, ...rest } = attributesOf(principal, provider);
  return {
    provider: name,
    issuer: 'https://sts.amazonaws.com',
    subject: principal.arn,
    attributes: { texts: new Map([...texts].filter(([key]) => key !== 'user_id' || claims.has(key))), ...rest },
    unannounced: [],
    provenUntil: new Date(now.getTime() + typedSeconds * 1000),
    evidence: { kind: 'aws' },
    once: [],
  };
}
