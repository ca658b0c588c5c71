import { type DoorRoute, routes } from '../routes.ts';
import type { Cors } from './gateway.ts';
import { logGroupOf } from './log-subscriptions.ts';
import { type Resource, resourcesOf, type StackTemplate } from './template.ts';

/** A route of the template, followed to the function behind it. */
export interface DeployedDoor extends DeployedFunction {
  readonly route: DoorRoute & { readonly authorizedByIam: boolean };
}

export interface DeployedFunction {
  readonly environment: Readonly<Record<string, string>>;
  /** The folder of the function's files within the assembly. */
  readonly asset: string;
  /** The ARN of the function's role. */
  readonly roleArn: string;
  /** `undefined` where the template gives it none. */
  readonly logGroup: string | undefined;
}

/** Throws an `Error` when a route of the template leads nowhere that this version knows. */
export function deployedDoors(stack: StackTemplate): readonly DeployedDoor[] {
  const functions = new Map(resourcesOf(stack, 'AWS::Lambda::Function').map((each) => [each.logicalId, each]));
  const integrations = new Map(
    resourcesOf(stack, 'AWS::ApiGatewayV2::Integration').map((each) => [each.logicalId, each]),
  );
  return resourcesOf(stack, 'AWS::ApiGatewayV2::Route').map(({ properties }) => {
    const key = String(properties.RouteKey);
    const integration = integrations.get(lastPart(properties.Target, '/'));
    const target = functions.get(lastPart(integration?.properties.IntegrationUri, ':'));
    const route = routes.find(({ method, path }) => `${method} ${path}` === key);
    if (!route || !target) throw new Error(`The template's route ${key} leads to no door.`);
    return { route: { ...route, authorizedByIam: properties.AuthorizationType === 'AWS_IAM' }, ...deployed(target) };
  });
}

export function deployed(target: Resource): DeployedFunction {
  const { Variables: environment = {} } = (target.properties.Environment ?? {}) as {
    Variables?: Record<string, string>;
  };
  return {
    environment,
    asset: String(target.metadata['aws:asset:path']),
    roleArn: String(target.properties.Role),
    logGroup: logGroupOf(target),
  };
}

/** Generated references end in the logical id of what they refer to. */
const lastPart = (reference: unknown, separator: string) => String(reference).split(separator).at(-1) ?? '';

export function corsOf(stack: StackTemplate): Cors | undefined {
  const [api] = resourcesOf(stack, 'AWS::ApiGatewayV2::Api');
  const declared = api?.properties.CorsConfiguration as
    | { AllowOrigins?: string[]; AllowMethods?: string[]; AllowHeaders?: string[]; MaxAge?: number }
    | undefined;
  if (!declared) return undefined;
  const { AllowOrigins = [], AllowMethods = [], AllowHeaders = [], MaxAge = 0 } = declared;
  return { allowOrigins: AllowOrigins, allowMethods: AllowMethods, allowHeaders: AllowHeaders, maxAge: MaxAge };
}
