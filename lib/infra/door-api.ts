import { Duration, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type DoorName, type DoorRoute, routeKey } from '../routes.ts';
import type { DoorFunction } from './door-function.ts';

export interface DoorApiProps {
  readonly corsOrigins: readonly string[];
  readonly logRetention: RetentionDays;
}

/** What the access log keeps of a request: nothing that a caller could hide a token in. */
const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  route: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationError: '$context.integrationErrorMessage',
};

/** The HTTP API: a route for each door, each with its throttle, CORS by allow-list, an access log. */
export class DoorApi extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly accessLog: LogGroup;

  private readonly stage: HttpStage;
  /** Whoever may execute-api:Invoke the route. */
  private readonly operators = new HttpIamAuthorizer();

  constructor(scope: Construct, id: string, { corsOrigins, logRetention }: DoorApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      description: 'Daypass: a sign-in in, temporary AWS credentials out.',
      createDefaultStage: false,
      ...(corsOrigins.length > 0 && {
        corsPreflight: {
          allowOrigins: [...corsOrigins],
          allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST],
          allowHeaders: ['authorization', 'content-type'],
          maxAge: Duration.hours(1),
        },
      }),
    });
    this.accessLog = new LogGroup(this, 'AccessLog', { retention: logRetention });
    // The $default stage keeps paths free of a stage name.
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    // Without the slash that the stage's own url ends in.
    this.url = this.api.apiEndpoint;
  }

  /** The routes and what stands behind them: apart, because the functions must know the address. */
  addDoors(routes: readonly DoorRoute[], doors: ReadonlyMap<DoorName, DoorFunction>): void {
    const settings: Record<string, CfnStage.RouteSettingsProperty> = {};
    const cfnStage = this.stage.node.defaultChild as CfnStage;
    for (const { door, method, path, throttle, openBecause } of routes) {
      const target = doors.get(door);
      if (!target) throw new Error(`No function was made for the door ${door}.`);
      const added = this.api.addRoutes({
        path,
        methods: [HttpMethod[method]],
        integration: new HttpLambdaIntegration(door, target.function),
        ...(openBecause === undefined && { authorizer: this.operators }),
      });
      settings[routeKey({ method, path })] = {
        throttlingRateLimit: throttle.perSecond,
        throttlingBurstLimit: throttle.burst,
      };
      for (const route of added) {
        // API Gateway refuses settings for a route that is not there yet.
        cfnStage.node.addDependency(route);
        if (openBecause !== undefined) {
          Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: openBecause });
        }
      }
    }
    cfnStage.routeSettings = settings;
  }
}
