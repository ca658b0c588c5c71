// Templates as CloudFormation would read them: every reference followed, by the reader of the local stack.

import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Configuration } from '../../lib/config/configuration.ts';
import { DaypassStack } from '../../lib/infra/daypass-stack.ts';
import { GrantedRoles } from '../../lib/infra/granted-roles.ts';
import { type Resource, resourcesOf } from '../../lib/local/template.ts';

export const home = { account: '111122223333', region: 'eu-central-1' };

export interface Deployed {
  readonly template: Template;
  /** Of a type, resolved. */
  resources(type: string): readonly Resource[];
  /** The names of all types, each once. */
  readonly types: readonly string[];
  /** By the name of the function, without dashes: what its role may do beside its own log. */
  readonly permissions: Readonly<Record<string, readonly unknown[]>>;
  /** By the name of the function, without dashes. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const deployed = (configuration: Configuration): Deployed =>
  read(Template.fromStack(new DaypassStack(new App(), 'Daypass', { configuration })));

/** Only what IAM gets of a configuration, for doors at this address. */
export function rolesOf(configuration: Configuration, url: string): Deployed {
  const stack = new Stack(new App(), 'Roles', { env: home });
  new GrantedRoles(stack, 'Granted', { configuration, url });
  return read(Template.fromStack(stack));
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];

export function read(template: Template, { account, region } = home): Deployed {
  const json = template.toJSON() as { readonly Resources: Readonly<Record<string, { readonly Type: string }>> };
  const resources = (type: string) => resourcesOf({ account, region, template: json }, type);
  const policies = resources('AWS::IAM::Policy');
  const logs = new Map(resources('AWS::Logs::LogGroup').map(({ arn, logicalId }) => [arn, logicalId]));
  const functions = resources('AWS::Lambda::Function').map((each) => ({ ...each, name: nameOf(each.logicalId) }));
  const statementsOf = (roleArn: unknown) => {
    const role = resources('AWS::IAM::Role').find(({ arn }) => arn === roleArn);
    const own = policies.filter(({ properties }) =>
      (properties.Roles as unknown[]).includes(role?.properties.RoleName ?? role?.logicalId),
    );
    return own.flatMap(({ properties }) => (properties.PolicyDocument as { Statement: Statement[] }).Statement);
  };
  const isOwnLog = ({ Action, Resource: log }: Statement, name: string) =>
    JSON.stringify(Action) === JSON.stringify(logActions) && nameOf(logs.get(String(log)) ?? '') === name;
  return {
    template,
    resources,
    types: [...new Set(Object.values(json.Resources).map(({ Type }) => Type))].sort(),
    permissions: Object.fromEntries(
      functions.map(({ name, properties }) => {
        const statements = statementsOf(properties.Role);
        if (statements.filter((each) => isOwnLog(each, name)).length !== 1) throw new Error(`${name} has no log.`);
        return [name, statements.filter((each) => !isOwnLog(each, name))];
      }),
    ),
    environments: Object.fromEntries(
      functions.map(({ name, properties }) => [
        name,
        (properties.Environment as { Variables?: Record<string, string> } | undefined)?.Variables ?? {},
      ]),
    ),
  };
}

/** `DaypassDoorsigninFunction6F56E709` → `signin`, `DaypassMetadataRefreshFunctionLogD48180AE` → `MetadataRefresh`. */
const nameOf = (logicalId: string) =>
  /^Daypass(?:Door)?([A-Za-z]+?)(?:Function)?(?:Role(?:DefaultPolicy)?|Log|Function)[0-9A-F]{8}$/.exec(
    logicalId,
  )?.[1] ?? logicalId;
