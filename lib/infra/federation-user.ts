import { Aws, Duration, Validations } from 'aws-cdk-lib';
import {
  type IGrantable,
  ManagedPolicy,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
  User,
} from 'aws-cdk-lib/aws-iam';
import { CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { federationUserName } from '../config/carried.ts';
import type { Configuration } from '../config/configuration.ts';
import { federatedPermissions } from '../config/federated-permissions.ts';
import { variables } from '../environment.ts';
import { alarmFor, type Watch } from './alarm.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';
import { acknowledgePermissions } from './granted-roles.ts';
import { onlyFunctions } from './only-functions.ts';
import type { Place } from './regions.ts';

export interface FederationUserProps extends FunctionSurroundings {
  readonly configuration: Configuration;
  readonly place: Pick<Place, 'isHome' | 'sharedFrom'>;
  readonly topic?: ITopic;
}

/** By which other Regions find it. */
const secretName = 'daypass-federation-key';
const rotatedEveryDays = 30;

/**
 * The IAM user that asks for federation tokens: it has what the grants of that way say, each for the sessions of that grant
 * only, which are told by a tag. With its key alone it can do nothing but ask. Its one access key is made, kept and
 * replaced by a function of its own, and is in no template.
 */
export class FederationUser extends Construct {
  readonly secretArn: string;
  private readonly readableAs: string;

  constructor(scope: Construct, id: string, props: FederationUserProps) {
    super(scope, id);
    const { isHome, sharedFrom } = props.place;
    const secret = isHome ? this.made(props) : undefined;
    if (sharedFrom === undefined) {
      this.secretArn = secret?.secretArn ?? '';
      this.readableAs = this.secretArn;
    } else {
      this.secretArn = `arn:${Aws.PARTITION}:secretsmanager:${sharedFrom}:${Aws.ACCOUNT_ID}:secret:${secretName}`;
      // Secrets Manager adds six characters of its own.
      this.readableAs = `${this.secretArn}-??????`;
    }
  }

  allowReading(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.readableAs] }),
    );
  }

  private made({ configuration, place, topic, ...surroundings }: FederationUserProps): Secret {
    const user = new User(this, 'User', { userName: federationUserName });
    const sessions = `arn:${Aws.PARTITION}:sts::${Aws.ACCOUNT_ID}:federated-user/*`;
    const asking = new ManagedPolicy(this, 'Asking', {
      users: [user],
      statements: [
        new PolicyStatement({ actions: ['sts:GetFederationToken', 'sts:TagSession'], resources: [sessions] }),
      ],
    });
    Validations.of(asking).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:sts::<AWS::AccountId>:federated-user/*]',
      reason: 'The name of a federated session is made of claims.',
    });
    this.permit(user, configuration);
    const secret = new Secret(this, 'Key', {
      description: 'Daypass: the access key of the IAM user that asks for federation tokens.',
      ...(place.sharedFrom !== undefined && { secretName }),
    });
    secret.addToResourcePolicy(onlyFunctions('secretsmanager:GetSecretValue', 'secretsmanager:PutSecretValue'));
    const { function: target } = new DoorFunction(this, 'Rotation', {
      door: 'rotate-key',
      description: 'Daypass: makes the IAM user another access key, and takes the old one away.',
      ...surroundings,
      environment: { ...surroundings.environment, [variables.federationSecret]: secret.secretArn },
      leftOut: [],
    });
    target.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:ListAccessKeys', 'iam:CreateAccessKey', 'iam:DeleteAccessKey'],
        resources: [user.userArn],
      }),
    );
    target.addToRolePolicy(
      new PolicyStatement({
        actions: ['GetSecretValue', 'PutSecretValue', 'DescribeSecret', 'UpdateSecretVersionStage'].map(
          (name) => `secretsmanager:${name}`,
        ),
        resources: [secret.secretArn],
      }),
    );
    const permission = {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Aws.ACCOUNT_ID,
    };
    target.addPermission('BySecretsManager', permission);
    // The first rotation is at once: until then the secret holds no key.
    const schedule = new CfnRotationSchedule(this, 'Schedule', {
      secretId: secret.secretArn,
      rotationLambdaArn: target.functionArn,
      rotationRules: { automaticallyAfterDays: rotatedEveryDays },
    });
    schedule.node.addDependency(target);
    alarmFor(this, notRotated(target), topic);
    return secret;
  }

  private permit(user: User, { grants }: Configuration): void {
    for (const { name, role } of grants.values()) {
      if (role.kind !== 'federated') continue;
      const policy = new ManagedPolicy(this, `Grant-${name}`, {
        description: `What the sessions of the Daypass grant ${name} may do at most.`,
        document: PolicyDocument.fromJson(federatedPermissions(name, role.permissions)),
        users: [user],
      });
      acknowledgePermissions(policy, name, role.permissions);
    }
  }
}

const notRotated = (target: DoorFunction['function']): Watch => ({
  id: 'Failed',
  metric: target.metricErrors({ period: Duration.hours(1) }),
  threshold: 1,
  periods: 1,
  description:
    'The access key of the IAM user that asks for federation tokens could not be replaced. The one before serves on, if there was one.',
  runbook: "The IAM user's key is not rotated",
});
