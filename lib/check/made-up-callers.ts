// Callers as STS would put them to the trust policy of a grant's role: in the way of the grant, with what Daypass sends.

import { accountOf } from '../arn.ts';
import type { GrantSettings } from '../config/configuration.ts';
import { federatedKeys } from '../grant/trust-context.ts';
import type { TrustPolicyDocument } from '../grant/trust-policy.ts';
import { isRequestTag, isSourceIdentity, requestTagPrefix, sourceIdentityKey } from '../identity/aws-keys.ts';
import { awsContext, type Keys } from '../policy/context.ts';
import type { PolicyRequest } from '../policy/evaluate.ts';
import type { Caller } from '../policy/principal.ts';
import { requestKeys, roleTagKeys } from '../policy/request-keys.ts';
import { ownTags } from '../session/session-tags.ts';
import type { RequiredTrust } from './required-trust.ts';
import { type Sample, samplesOf } from './trust-samples.ts';

export interface MadeUpCaller {
  readonly sample: Sample;
  /** One for each permission that the call takes. */
  readonly requests: readonly PolicyRequest[];
}

export interface Around {
  /** Of the role. */
  readonly tags: ReadonlyMap<string, string>;
  readonly now: Date;
}

/** Those whom the trust policy that the grant needs is about, and those whom it may be about. */
export function madeUpCallers(
  { trustPolicy, roleArn }: RequiredTrust,
  grant: GrantSettings,
  around: Around,
): readonly MadeUpCaller[] {
  return trustPolicy.Statement.flatMap(({ Principal: principal, Action: actions, Condition: conditions }) =>
    samplesOf(conditions).map((sample) => {
      const { caller, keys } = callerOf(principal, roleArn, sample, { ...around, grant });
      const context = awsContext([...keys, ...[...sample].map(([key, { value }]) => [key, value] as const)]);
      return { sample, requests: actions.map((action) => ({ caller, action, context })) };
    }),
  );
}

type Principal = TrustPolicyDocument['Statement'][number]['Principal'];
const sessionName = 'daypass';

/** Whoever it is, and what STS knows of him whatever the conditions are. */
function callerOf(
  principal: Principal,
  roleArn: string,
  sample: Sample,
  { grant, tags, now }: Around & { readonly grant: GrantSettings },
): { readonly caller: Caller; readonly keys: Keys } {
  const awsClaims = new Map([
    ...sentWith(grant),
    ...[...sample].flatMap(([key, { value }]) =>
      isRequestTag(key) || isSourceIdentity(key) ? [[key, value] as const] : [],
    ),
  ]);
  const transitiveTagKeys = grant.session.transitiveTags ?? [];
  if ('Federated' in principal) {
    const account = accountOf(roleArn);
    const facts = { now, sourceIp: undefined, account, principal: principal.Federated, sessionName };
    return {
      caller: { kind: 'federated', provider: principal.Federated },
      keys: federatedKeys({ ...facts, awsClaims, transitiveTagKeys, roleTags: tags }),
    };
  }
  const account = accountOf(principal.AWS);
  const door = sample.get('aws:PrincipalArn')?.value ?? principal.AWS;
  const session = `${door.replace(':iam:', ':sts:').replace(/:role\/.*\//, ':assumed-role/')}/${sessionName}`;
  const tagKeys = [...awsClaims.keys()].flatMap((key) =>
    isRequestTag(key) ? [key.slice(requestTagPrefix.length)] : [],
  );
  return {
    caller: { kind: 'aws', account, arns: [session], roleArns: [door] },
    keys: [
      ['sts:RoleSessionName', sessionName],
      ['aws:PrincipalAccount', account],
      ['aws:PrincipalType', 'AssumedRole'],
      ...requestKeys({ now, sourceIp: undefined }),
      ...awsClaims,
      ['aws:TagKeys', tagKeys],
      ['sts:TransitiveTagKeys', transitiveTagKeys],
      ...roleTagKeys(tags),
    ],
  };
}

/** The tags and the source identity that Daypass sends, with values made up. */
function sentWith({ way, session }: GrantSettings): readonly (readonly [key: string, value: string])[] {
  const tags = (session.tags ?? []).map(({ key }) => key);
  return [
    ...[...tags, ...ownTags[way]].map((key) => [`${requestTagPrefix}${key}`, 'x'] as const),
    ...(session.sourceIdentity ? [[sourceIdentityKey, 'x'] as const] : []),
  ];
}
