// Who is behind an ARN of GetCallerIdentity. Source: IAM User Guide, "IAM identifiers"; Amazon EC2 User Guide, "Instance
// identity roles".

import { Refusal } from '../../refusal.ts';
import type { CallerIdentity } from './caller-identity.ts';

/** What grants may ask of a signed request. */
export const awsAttributes = [
  'sub',
  'account',
  'arn',
  'principal',
  'principal_type',
  'user_id',
  'role',
  'role_arn',
  'session',
  'user',
  'organization',
] as const;
export type AwsAttribute = (typeof awsAttributes)[number];

export interface Principal {
  /** The ARN of the role or user itself, not of one session of it. */
  readonly arn: string;
  readonly attributes: ReadonlyMap<AwsAttribute, string>;
}

/** Names of roles and users, and of the sessions of roles; `aws:ec2-instance` is the role of an instance itself. */
const assumedRole = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@:-]{1,64})\/([\w+=,.@-]{2,64})$/;
const user = /^arn:([\w-]+):iam::(\d{12}):user\/(?:[!-~]{1,511}\/)?([\w+=,.@-]{1,64})$/;
const uniqueId = /^(?:A[A-Z0-9]{15,127}|\d{12}:aws:ec2-instance)(?::[\w+=,.@-]{2,64})?$/;

/**
 * Throws a `Refusal` for whoever is neither a role nor a user of the partition, and for sessions of `given`, the ARNs of
 * what Daypass gives: theirs would be a session that proves its bearer for the next one, without the policy, the tags, the
 * end and the revocation of the first.
 */
export function principalOf(
  { account, arn, userId }: CallerIdentity,
  partition: string,
  given: readonly string[],
): Principal {
  const [, rolePartition, roleAccount, role, session] = assumedRole.exec(arn) ?? [];
  const [, userPartition, userAccount, name] = user.exec(arn) ?? [];
  if (role === undefined && name === undefined) throw refused(whyNot(arn));
  if ((rolePartition ?? userPartition) !== partition) throw refused('is of another partition');
  if ((roleAccount ?? userAccount) !== account) throw refused('is of another account than STS says');
  if (!uniqueId.test(userId)) throw refused('has a user id of an unknown form');
  // The answer leaves out a role's path. Names are unique in an account whatever the path is.
  const principal = role === undefined ? arn : `arn:${partition}:iam::${account}:role/${role}`;
  if (given.some((each) => withoutPath(each) === withoutPath(principal))) {
    throw refused('is of a role or user that a grant gives, whose sessions prove nobody');
  }
  const own: [AwsAttribute, string | undefined][] = [
    ['sub', principal],
    ['account', account],
    ['arn', arn],
    ['principal', principal],
    ['principal_type', role === undefined ? 'User' : 'AssumedRole'],
    ['user_id', userId],
    ['role', role],
    ['role_arn', role && principal],
    ['session', session],
    ['user', name],
  ];
  const known = own.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return { arn: principal, attributes: new Map(known) };
}

/** IAM takes names that differ in case or path only for the same. */
const withoutPath = (arn: string) => arn.replace(/:(role|user)\/.*\//, ':$1/').toLowerCase();

const refused = (why: string) => new Refusal('claims_invalid', { claim: 'arn', why });

function whyNot(arn: string): string {
  // The root user of a member account is whoever its management account says.
  if (/:root$/.test(arn)) return 'is the root user of the account';
  // Whoever asked for the session chose the name, and STS does not tell who that was.
  if (/:federated-user\//.test(arn)) return 'is a federated user, whose name anybody may have chosen';
  return 'is neither a role nor a user';
}
