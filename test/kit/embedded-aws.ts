// The embedded AWS as it is put together for a test: accounts by hand or from stacks, over real loopback HTTP.

import { awsServer } from '../../lib/local/aws/aws-server.ts';
import type { EmbeddedDynamoDb } from '../../lib/local/aws/dynamodb.ts';
import { federation } from '../../lib/local/aws/federation.ts';
import { declaredIam } from '../../lib/local/aws/iam/from-template.ts';
import {
  type AccessKey,
  type EmbeddedIam,
  identityPolicy,
  newAccessKey,
  newUser,
  type User,
} from '../../lib/local/aws/iam/iam.ts';
import { furnish, settle } from '../../lib/local/aws/inhabitants.ts';
import type { Buckets } from '../../lib/local/aws/s3/buckets.ts';
import { type Sessions, sessions as sessionsOf } from '../../lib/local/aws/sessions.ts';
import type { StackTemplate } from '../../lib/local/template.ts';
import type { Network } from '../../lib/network/network.ts';
import { aMoment } from './issuer.ts';
import { serving } from './loopback.ts';
import { aNetwork } from './network.ts';

export interface EmbeddedAwsSettings {
  readonly stacks?: readonly StackTemplate[];
  readonly otherAccounts?: readonly string[];
  readonly network?: Network;
  readonly clock?: () => Date;
  readonly enabledRegions?: readonly string[];
  /** The tables, where a test is about them. */
  readonly dynamoDb?: (around: { readonly iam: EmbeddedIam; readonly sessions: Sessions }) => Promise<EmbeddedDynamoDb>;
}

export interface EmbeddedAwsForTests {
  readonly address: string;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly buckets: Buckets;
  readonly administrator: AccessKey;
}

const emptyStack: StackTemplate = { account: '111122223333', region: 'us-east-1', template: {} };

/** The IAM of these stacks. */
export const anIam = (stacks: EmbeddedAwsSettings['stacks'] = [emptyStack], otherAccounts: readonly string[] = []) =>
  declaredIam({ stacks, otherAccounts, now: aMoment });

/** Listens until the test ends. */
export async function anEmbeddedAws({
  stacks,
  otherAccounts,
  network = aNetwork({}),
  clock = () => aMoment,
  enabledRegions = [],
  dynamoDb,
}: EmbeddedAwsSettings = {}): Promise<EmbeddedAwsForTests> {
  const iam = anIam(stacks, otherAccounts);
  const administrator = settle(iam, aMoment);
  const buckets: Buckets = new Map();
  furnish(buckets, iam.management, aMoment);
  const sessions = sessionsOf(clock);
  const address = await serving(
    awsServer({
      iam,
      sessions,
      buckets,
      network,
      clock,
      federation: federation(sessions, iam),
      dynamoDb: await dynamoDb?.({ iam, sessions }),
      enabledRegions,
    }),
  );
  return { address, iam, sessions, buckets, administrator };
}

export interface UserSettings {
  readonly name?: string;
  readonly account?: string;
  /** Of its inline policy. */
  readonly statements?: readonly object[];
  readonly tags?: Readonly<Record<string, string>>;
}

export interface UserOfTests {
  readonly user: User;
  readonly keys: AccessKey;
}

/** Puts a user with a key into an account: one who may do nothing, unless told otherwise. */
export function addUser(
  { iam }: Pick<EmbeddedAwsForTests, 'iam'>,
  { name = 'ali', account = emptyStack.account, statements = [], tags = {} }: UserSettings = {},
): UserOfTests {
  const user = newUser({ account, name, created: aMoment, tags: new Map(Object.entries(tags)) });
  const keys = newAccessKey(account, aMoment);
  user.keys.set(keys.accessKeyId, keys);
  const document = { Version: '2012-10-17', Statement: statements };
  user.inline.set('permissions', identityPolicy('permissions', document));
  iam.accounts.get(account)?.users.set(name.toLowerCase(), user);
  return { user, keys };
}
