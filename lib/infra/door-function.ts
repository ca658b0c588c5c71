import { rmSync } from 'node:fs';
import { Duration, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { doorRolePath } from '../grant/trust-policy.ts';
import { bundleDoor, type FunctionName, type LeftOut } from './bundle-door.ts';

/** What every function of a deployment is given alike. */
export interface FunctionSurroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** Files beside the bundle, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** Whether AWS X-Ray traces it. */
  readonly tracing: boolean;
}

export interface DoorFunctionProps extends FunctionSurroundings {
  readonly door: FunctionName;
  readonly description: string;
  /** What the bundle need not have. */
  readonly leftOut: readonly LeftOut[];
  /**
   * The name of its role.
   * @default - CloudFormation names it
   */
  readonly roleName?: string;
  /**
   * How many requests at once, reserved of the account's concurrency and the most there are.
   * @default - as many as the account has left
   */
  readonly concurrency?: number | undefined;
}

/** A file of lambdas/ as a Lambda function with a role of its own, which may write its own log and what is added. */
export class DoorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    { door, description, environment, files, logRetention, leftOut, tracing, concurrency, roleName }: DoorFunctionProps,
  ) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      // Roles of grants that chain trust what is under it.
      path: doorRolePath,
      ...(roleName !== undefined && { roleName }),
      description: `Runs ${door} of Daypass.`,
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    const bundle = bundleDoor(door, files, leftOut);
    this.function = new LambdaFunction(this, 'Function', {
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // A quarter of a processor would make every cold start and signature slow; memory is what buys processor.
      memorySize: 1024,
      // Longer than STS in two Regions with two attempts each, shorter than API Gateway's 30 s.
      timeout: Duration.seconds(20),
      handler: 'index.handler',
      code: Code.fromAsset(bundle),
      environment: { ...environment },
      logGroup: this.logGroup,
      role,
      // Lambda's function construct adds what tracing needs of permissions to the role.
      tracing: tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    });
    if (tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'AWS X-Ray has no resources to name: xray:PutTraceSegments and xray:PutTelemetryRecords take * only.',
      });
    }
    // The assembly has its copy by now.
    rmSync(bundle, { recursive: true });
  }
}
