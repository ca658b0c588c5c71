// Who signed a request, as it stands at this moment: names, policies, condition keys.
// Source: IAM User Guide, "AWS global condition context keys" and "IAM identifiers".

import type { AccessPolicies } from '../../policy/authorize.ts';
import type { Keys } from '../../policy/context.ts';
import type { AwsCaller } from '../../policy/principal.ts';
import { type EmbeddedIam, managedPolicies, policiesOf, type Role, type User } from './iam/iam.ts';
import { organizationId } from './organization.ts';
import type { Session } from './sessions.ts';

export interface Caller {
  readonly kind: 'root' | 'user' | 'role' | 'federated-user';
  readonly account: string;
  readonly arn: string;
  /** `aws:userid` */
  readonly userId: string;
  /** The user or role behind it; `undefined` for root. */
  readonly holder: User | Role | undefined;
  /** `undefined` for long-term keys. */
  readonly session: Session | undefined;
}

export const rootArn = (account: string) => `arn:aws:iam::${account}:root`;

export const userCaller = (user: User, session?: Session): Caller => ({
  kind: 'user',
  account: user.account,
  arn: user.arn,
  userId: user.id,
  holder: user,
  session,
});

/** `undefined` when the role or user behind the session is gone. */
export function sessionCaller(session: Session, iam: EmbeddedIam): Caller | undefined {
  const { account, principal } = session;
  switch (principal.kind) {
    case 'role': {
      const role = iam.roleById(principal.roleId);
      return role && { kind: 'role', account, session, holder: role, ...namesOf(role, principal.sessionName) };
    }
    case 'user': {
      const user = iam.userById(principal.userId);
      return user && userCaller(user, session);
    }
    case 'federated-user': {
      const user = principal.userId === undefined ? undefined : iam.userById(principal.userId);
      if (principal.userId !== undefined && !user) return undefined;
      const { name } = principal;
      const arn = `arn:aws:sts::${account}:federated-user/${name}`;
      return { kind: 'federated-user', account, arn, userId: `${account}:${name}`, holder: user, session };
    }
    case 'root':
      return { kind: 'root', account, arn: rootArn(account), userId: account, holder: undefined, session };
  }
}

/** What a session of a role is called; the role's path is not in it. */
export const namesOf = ({ id, name, account }: Role, sessionName: string) => ({
  arn: `arn:aws:sts::${account}:assumed-role/${name}/${sessionName}`,
  userId: `${id}:${sessionName}`,
});

/** As the engine knows a caller. */
export function principalOf({ kind, account, arn, holder }: Caller): AwsCaller {
  if (kind === 'role' && holder) {
    return { kind: 'aws', account, arns: [arn], roleArns: [holder.arn, holder.id] };
  }
  return { kind: 'aws', account, arns: kind === 'user' && holder ? [arn, holder.id] : [arn] };
}

/** What the caller may do by itself. */
export function policiesOfCaller(caller: Caller, iam: EmbeddedIam): Omit<AccessPolicies, 'resource'> {
  const { kind, holder, session } = caller;
  const managed = (arns: readonly string[]) => managedPolicies(arns, iam);
  const given = session?.policies;
  const held = given && [...(given.inline ? [given.inline] : []), ...managed(given.managed)];
  // Who federates a user must say what it may do: without a session policy it is nothing.
  const sessionPolicies = held ?? (kind === 'federated-user' ? [] : undefined);
  return {
    identity: holder ? policiesOf(holder, iam) : rootPolicies(iam),
    ...(holder?.boundary !== undefined && { boundary: managed([holder.boundary]) }),
    ...(sessionPolicies && { session: sessionPolicies }),
  };
}

/** Root may do everything in its account. */
const rootPolicies = (iam: EmbeddedIam) => managedPolicies(['arn:aws:iam::aws:policy/AdministratorAccess'], iam);

/** The tags of the caller: those of the session over those of the role, the user or the user that federates. */
export function principalTags({ holder, session }: Caller): ReadonlyMap<string, string> {
  const tags = new Map(holder?.tags ?? []);
  for (const [key, value] of session?.tags ?? []) {
    for (const other of tags.keys()) if (other.toLowerCase() === key.toLowerCase()) tags.delete(other);
    tags.set(key, value);
  }
  return tags;
}

const principalTypes = { root: 'Account', user: 'User', role: 'AssumedRole', 'federated-user': 'FederatedUser' };

/** The condition keys that tell of the caller, whatever it asks for. */
export function callerKeys(caller: Caller, now: Date): Keys {
  const { kind, account, userId, holder, session } = caller;
  // A session's own ARN never is aws:PrincipalArn: that of its role, with the path, is.
  const principalArn = kind === 'role' && holder ? holder.arn : caller.arn;
  const mfaAge = session?.mfaAt && Math.floor((now.getTime() - session.mfaAt.getTime()) / 1000);
  return [
    ['aws:PrincipalArn', principalArn],
    ['aws:PrincipalAccount', account],
    ['aws:PrincipalOrgID', organizationId],
    ['aws:PrincipalType', principalTypes[kind]],
    ['aws:userid', userId],
    ...(kind === 'user' && holder ? [['aws:username', holder.name] as const] : []),
    ...[...principalTags(caller)].map(([key, value]) => [`aws:PrincipalTag/${key}`, value] as const),
    // Long-term keys have none of these, which is why Bool alone lets nobody out with them.
    ...(session
      ? ([
          ['aws:TokenIssueTime', session.issued.toISOString()],
          ['aws:MultiFactorAuthPresent', String(session.mfaAt !== undefined)],
        ] as const)
      : []),
    ...(mfaAge === undefined ? [] : [['aws:MultiFactorAuthAge', String(mfaAge)] as const]),
    ...(session?.sourceIdentity === undefined ? [] : [['aws:SourceIdentity', session.sourceIdentity] as const]),
    ...(session?.keys ?? []),
  ];
}
