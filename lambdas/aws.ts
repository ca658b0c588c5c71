// What proving a signed AWS request takes, kept in a file of its own: loaded when the first one arrives, and not before
// (`#aws` in package.json).

import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import { proveAwsRequest } from '../lib/identity/aws/aws-provider.ts';
import type { AwsProof } from '../lib/identity/identity.ts';
import type { Prover } from '../lib/identity/prove-identity.ts';
import { addressOf } from './configuration.ts';

/** Throws when the environment does not hold. */
export function awsProver(rim: Rim, { aws, grants }: DoorConfiguration): Prover<AwsProof> {
  const ours = addressOf(rim);
  const providers = aws.map(({ audiences = [ours], ...rest }) => ({ ...rest, audiences }));
  const given = [...grants.values()].map(({ role }) => role.arn);
  const means = { sts: rim.sts, partition: rim.environment().partition, given };
  return (proof, now) => proveAwsRequest(proof, providers, means, now);
}
