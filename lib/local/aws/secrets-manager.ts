// So much of Secrets Manager that a secret of the template is rotated and read: versions and their stages, each call by the
// permissions of whoever makes it. Source: AWS Secrets Manager API Reference; User Guide, "Rotation".

import { randomUUID } from 'node:crypto';
import { AwsError } from '../../aws-query/aws-error.ts';
import type { ResourcePolicies } from '../../policy/authorize.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { resourcesOf, type StackTemplate } from '../template.ts';
import type { EmbeddedIam } from './iam/iam.ts';
import { demandInJson, type JsonCall, jsonService, notHere } from './json-protocol.ts';
import type { Service } from './service.ts';
import type { Sessions } from './sessions.ts';

export interface SecretsManagerOf {
  readonly stack: StackTemplate;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
}

interface Version {
  readonly text: string;
  readonly stages: Set<string>;
}

type Secret = Map<string, Version>;

/** As Secrets Manager calls a rotation function. */
export type Rotating = (event: unknown) => Promise<void>;

export interface EmbeddedSecrets {
  readonly service: Service;
  /** The four steps, one after the other. Rejects when one of them does. */
  rotate(arn: string, by: Rotating): Promise<void>;
}

const current = 'AWSCURRENT';
const pending = 'AWSPENDING';

export function embeddedSecrets({ stack, iam, sessions }: SecretsManagerOf): EmbeddedSecrets {
  // A secret of a template without a value is made with a random one.
  const secrets = new Map(
    resourcesOf(stack, 'AWS::SecretsManager::Secret').map(({ arn }): readonly [string, Secret] => [
      arn,
      new Map([[randomUUID(), { text: randomUUID(), stages: new Set([current]) }]]),
    ]),
  );
  const policies = new Map(
    resourcesOf(stack, 'AWS::SecretsManager::ResourcePolicy').map(({ logicalId, properties }) => [
      String(properties.SecretId),
      parsePolicy({ name: logicalId, kind: 'resource', document: properties.ResourcePolicy }),
    ]),
  );
  const run = async (call: JsonCall) => {
    const arn = wholeArn(String(call.members.SecretId), secrets);
    const policy = policies.get(arn);
    return answer({ call, arn }, secrets, {
      account: stack.account,
      policies: policy ? [policy] : [],
      mustAllow: false,
    });
  };
  return {
    service: jsonService({ name: 'secretsmanager', target: 'secretsmanager', iam, sessions, run }),
    async rotate(arn, by) {
      const event = { SecretId: arn, ClientRequestToken: randomUUID() };
      for (const step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
        await by({ ...event, Step: step });
    },
  };
}

/** A secret may be named without the six characters that Secrets Manager adds; what may be done is of its whole ARN. */
const wholeArn = (named: string, secrets: ReadonlyMap<string, Secret>) =>
  [...secrets.keys()].find((arn) => arn.slice(0, -'-AbCdEf'.length) === named) ?? named;

const missing = () =>
  new AwsError({
    status: 400,
    code: 'ResourceNotFoundException',
    message: "Secrets Manager can't find the specified secret.",
  });

function answer(
  { call: { operation, members, caller, scene }, arn }: { readonly call: JsonCall; readonly arn: string },
  secrets: ReadonlyMap<string, Secret>,
  of: ResourcePolicies,
): object {
  const access = { caller, action: `secretsmanager:${operation}`, resource: arn, of };
  demandInJson(access, scene);
  const secret = secrets.get(arn);
  if (!secret) throw missing();
  switch (operation) {
    case 'GetSecretValue': {
      const { VersionId: id, VersionStage: stage = id === undefined ? current : undefined } = members;
      const found = [...secret].find(
        ([each, { stages }]) => (id === undefined || each === id) && (stage === undefined || stages.has(String(stage))),
      );
      if (!found) throw missing();
      const [version, { text, stages }] = found;
      return { ARN: arn, VersionId: version, SecretString: text, VersionStages: [...stages] };
    }
    case 'PutSecretValue': {
      const { ClientRequestToken: token, SecretString: text, VersionStages: stages = [current] } = members;
      const version = String(token ?? randomUUID());
      put(secret, version, String(text), (stages as unknown[]).map(String));
      return { ARN: arn, VersionId: version };
    }
    case 'DescribeSecret':
      return {
        ARN: arn,
        VersionIdsToStages: Object.fromEntries([...secret].map(([version, { stages }]) => [version, [...stages]])),
      };
    case 'UpdateSecretVersionStage': {
      const stage = String(members.VersionStage);
      const target = secret.get(String(members.MoveToVersionId));
      if (!target) throw missing();
      for (const { stages } of secret.values()) stages.delete(stage);
      target.stages.add(stage);
      if (stage === current) target.stages.delete(pending);
      return { ARN: arn };
    }
    default:
      throw notHere('secretsmanager', operation);
  }
}

function put(secret: Secret, version: string, text: string, stages: readonly string[]): void {
  for (const each of secret.values()) for (const stage of stages) each.stages.delete(stage);
  secret.set(version, { text, stages: new Set(stages) });
}
