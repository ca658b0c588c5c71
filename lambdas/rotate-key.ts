// By Secrets Manager, no door: the IAM user that asks for federation tokens gets another access key.

import { setTimeout as pause } from 'node:timers/promises';
import { federationUserName } from '../lib/config/carried.ts';
import type { OpenListener } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import { type SigningCredentials, signedForSts } from '../lib/issue/aws-signature.ts';
import { iamAccessKeys } from '../lib/issue/iam-access-keys.ts';
import { type RotationMeans, type RotationStep, rotate, rotationSteps } from '../lib/issue/rotate-access-key.ts';
import { type StsClient, stsClient } from '../lib/issue/sts-client.ts';
import { isRecord } from '../lib/record.ts';
import { secretVersions } from '../lib/store/secrets-manager.ts';
import { whenDeployed } from './rim.ts';

/** A new key takes seconds until AWS knows it everywhere. */
const attempts = 6;
const pauseMilliseconds = 2000;

/** Rejects when the step could not be done. */
export const open: OpenListener = ({ environment, clock, sts: network, embeddedAws }) => {
  const { region, partition, federationSecret } = environment();
  const arn = given(federationSecret, variables.federationSecret);
  const sts = stsClient({ network, regions: [region], partition });
  const means: RotationMeans = {
    versions: secretVersions(arn, embeddedAws),
    keys: iamAccessKeys(federationUserName, { region, ...embeddedAws }),
    tryOut: (key) => tryOut(key, sts, clock),
  };
  return async (event) => {
    const { step, version } = readEvent(event, arn);
    await rotate(step, version, means);
  };
};

async function tryOut(key: SigningCredentials, sts: StsClient, clock: () => Date): Promise<void> {
  const sign = signedForSts(async () => key, clock);
  for (let attempt = 1; ; attempt++) {
    try {
      await sts.call('GetCallerIdentity', {}, sign);
      return;
    } catch (error) {
      if (attempt === attempts) throw error;
      await pause(pauseMilliseconds);
    }
  }
}

function readEvent(event: unknown, arn: string): { readonly step: RotationStep; readonly version: string } {
  const { Step: named, SecretId: secret, ClientRequestToken: version } = isRecord(event) ? event : {};
  const step = rotationSteps.find((each) => each === named);
  // Whoever could name another secret would have the key put where others read it.
  if (!step || secret !== arn || typeof version !== 'string') throw new Error('This is no rotation of our secret.');
  return { step, version };
}

export const handler = whenDeployed(open);
