// Who and what is there before anybody comes: an administrator with keys, a way into the other accounts, a bucket.

import { randomBytes } from 'node:crypto';
import { people } from '../idp/people.ts';
import { type AccessKey, type EmbeddedIam, newAccessKey, newRole, newUser } from './iam/iam.ts';
import { trustPolicyOf } from './iam/principals.ts';
import { organizationRole } from './organization.ts';
import { type Buckets, newBucket, put, textObject } from './s3/buckets.ts';

const administrator = 'administrator';
const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';

/** The bucket of the examples. */
export const bucketName = 'privet';

/** Makes an administrator in the account that manages the organisation, and resolves to the keys. */
export function settle(iam: EmbeddedIam, now: Date): AccessKey {
  const home = iam.accounts.get(iam.management);
  if (!home) throw new Error('The organisation has no account.');
  const user = newUser({ account: home.id, name: administrator, created: now, idBytes: randomBytes(6) });
  user.attached.add(administratorAccess);
  const key = newAccessKey(home.id, now);
  user.keys.set(key.accessKeyId, key);
  home.users.set(administrator, user);
  for (const account of iam.accounts.values()) {
    if (account === home) continue;
    const document = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: home.id }, Action: 'sts:AssumeRole' }],
    };
    const trust = trustPolicyOf(organizationRole, document, iam);
    const role = newRole({ account: account.id, name: organizationRole, created: now, trust });
    role.attached.add(administratorAccess);
    account.roles.set(organizationRole.toLowerCase(), role);
  }
  return key;
}

/** A file for each tenant, and reports of theirs. */
export function furnish(buckets: Buckets, owner: string, created: Date): void {
  const bucket = newBucket({ name: bucketName, owner, region: 'us-east-1', created });
  const tenants = people.flatMap(({ claims: { tenant_id: tenant } }) => (typeof tenant === 'string' ? [tenant] : []));
  put(bucket, textObject('welcome.txt', 'Everybody who may list this bucket sees me.\n', created));
  for (const tenant of tenants) {
    put(bucket, textObject(`${tenant}/plan.txt`, `The plan of tenant ${tenant}.\n`, created));
    put(bucket, textObject(`reports/${tenant}/2026.txt`, `The year of tenant ${tenant}.\n`, created));
  }
  buckets.set(bucketName, bucket);
}
