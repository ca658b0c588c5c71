import { rmSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Route } from '../routes.ts';
import { bundleDoor } from './bundle-door.ts';

export interface DoorFunctionProps {
  readonly route: Route & { readonly door: Parameters<typeof bundleDoor>[0] };
  readonly environment: Readonly<Record<string, string>>;
  /** Files beside the bundle, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
}

/** A door as a Lambda function with a role of its own, which may write its own log and nothing else. */
export class DoorFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { route, environment, files, logRetention }: DoorFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', { retention: logRetention });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs the Daypass door ${route.door}. May write its log and nothing else.`,
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.logGroup.logGroupArn],
      }),
    );
    const bundle = bundleDoor(route.door, files);
    this.function = new LambdaFunction(this, 'Function', {
      description: `Daypass: ${route.method} ${route.path} answers ${route.answers}.`,
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
