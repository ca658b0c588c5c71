import { Duration, Stack } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration, SamlProviderSettings } from '../config/configuration.ts';
import { alarmFor } from './alarm.ts';
import { DoorFunction, type FunctionSurroundings } from './door-function.ts';
import type { OnceTable } from './once-table.ts';

export interface MetadataRefreshProps extends FunctionSurroundings {
  readonly configuration: Configuration;
  readonly table: OnceTable;
  readonly topic?: ITopic;
}

/** The providers whose metadata is from an address. */
export const refreshedProviders = ({ providers }: Configuration): readonly SamlProviderSettings[] =>
  [...providers.values()].filter(
    (each): each is SamlProviderSettings => each.kind === 'saml' && each.refreshedFrom !== undefined,
  );

/** Every hour the metadata of providers that have an address is fetched again, for the doors and for IAM. */
export class MetadataRefresh extends Construct {
  constructor(scope: Construct, id: string, props: MetadataRefreshProps) {
    super(scope, id);
    const { configuration, table, topic, ...surroundings } = props;
    const refreshed = refreshedProviders(configuration);
    if (refreshed.length === 0) return;
    const { function: target } = new DoorFunction(this, 'Function', {
      door: 'refresh-metadata',
      description: 'Daypass: fetches the metadata of SAML identity providers again.',
      ...surroundings,
      leftOut: [],
    });
    table.allow(target, ['metadata'], []);
    const ours = refreshed.filter(({ iamProvider }) => iamProvider === 'create');
    if (ours.length > 0) {
      target.addToRolePolicy(
        new PolicyStatement({
          actions: ['iam:UpdateSAMLProvider'],
          resources: ours.map(({ iamProviderName }) =>
            Stack.of(this).formatArn({
              service: 'iam',
              region: '',
              resource: 'saml-provider',
              resourceName: iamProviderName,
            }),
          ),
        }),
      );
    }
    new Rule(this, 'Hourly', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaFunction(target)] });
    const failed = {
      id: 'Failed',
      metric: target.metricErrors({ period: Duration.hours(1) }),
      threshold: 1,
      periods: 3,
      description:
        'The metadata of a SAML identity provider could not be refreshed for three hours. What was fetched before serves on, for 14 days. The function\'s log says which provider and why under "why".',
      runbook: 'Metadata is not refreshed',
    };
    alarmFor(this, failed, topic);
  }
}
