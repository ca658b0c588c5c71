import { Annotations, App, type AppProps, type Environment, Validations } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { AwsSolutionsChecks } from 'cdk-nag';
import { checkConfiguration } from '../check/check-configuration.ts';
import { severityOf } from '../check/finding.ts';
import { sentenceOf } from '../check/print-findings.ts';
import type { Configuration } from '../config/configuration.ts';
import { AccountRolesStack, otherAccounts } from './account-roles-stack.ts';
import { AccountStackSets } from './account-stack-sets.ts';
import { DaypassStack } from './daypass-stack.ts';

export interface DaypassAppProps extends AppProps {
  readonly configuration: Configuration;
  /**
   * Where Daypass is deployed.
   * @default - decided by the credentials that deploy
   */
  readonly env?: Environment;
}

/** Every stack of a configuration, checked by the AwsSolutions rules. */
export function daypassApp({ configuration, env, context = {}, ...props }: DaypassAppProps): App {
  const app = new App({ ...props, context: { ...recommendedFlags, ...context } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { regions } = configuration.operations;
  const [home = env?.region] = regions;
  const stack = new DaypassStack(app, 'Daypass', { configuration, ...((env ?? home) && { env: at(env, home) }) });
  new AccountStackSets(stack, 'Accounts', { configuration, ...(env?.account !== undefined && { home: env.account }) });
  for (const region of regions.slice(1)) {
    new DaypassStack(app, `Daypass-${region}`, { configuration, env: at(env, region) });
  }
  for (const finding of checkConfiguration(configuration)) {
    const says = sentenceOf(finding);
    if (severityOf(finding) === 'error') Annotations.of(stack).addError(`${finding.code}: ${says}`);
    else Annotations.of(stack).addWarningV2(`daypass:${finding.code}`, says);
  }
  for (const account of otherAccounts(configuration)) {
    if (account === env?.account) {
      throw new Error(
        `A grant has role.account ${account}, which is where Daypass itself is deployed; leave account out. Where these are the credentials of that account only to deploy its roles: synthesise with those of the account of Daypass, then deploy what is in cdk.out.`,
      );
    }
    if (configuration.operations.stackSets) continue;
    // IAM is global: any Region serves, and the same one is found again at the next deployment.
    const region = home ?? 'us-east-1';
    new AccountRolesStack(app, `Daypass-${account}`, {
      configuration,
      account,
      ...(env?.account !== undefined && { home: env.account }),
      env: { account, region },
    });
  }
  return app;
}

const at = (env: Environment | undefined, region: string | undefined): Environment => ({
  ...env,
  ...(region !== undefined && { region }),
});
