import { rmSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { bundleDoor, type FunctionName, type LaterKind } from './bundle-door.ts';

export interface DoorFunctionProps {
  readonly door: FunctionName;
  readonly description: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Files beside the bundle, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /** The kinds of providers that are configured, of those whose proofs take more than the door itself. */
  readonly kinds: readonly LaterKind[];
}

/** A file of lambdas/ as a Lambda function with a role of its own, which may write its own log and what is added. */
export class DoorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    { door, description, environment, files, logRetention, kinds }: DoorFunctionProps,
  ) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${door} of Daypass.`,
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    const bundle = bundleDoor(door, files, kinds);
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
    });
    // The assembly has its copy by now.
    rmSync(bundle, { recursive: true });
  }
}
