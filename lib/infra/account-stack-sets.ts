import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnStackSet, DefaultStackSynthesizer, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import recommendedFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { Construct } from 'constructs';
import type { Configuration } from '../config/configuration.ts';
import { AccountRolesStack, otherAccounts } from './account-roles-stack.ts';

export interface AccountStackSetsProps {
  readonly configuration: Configuration;
  /**
   * The account that Daypass is deployed in: what roles of grants that chain trust.
   * @default - not known, which does where no grant chains into another account
   */
  readonly home?: string;
}

/** AWS CloudFormation: of a template that is handed over as text. */
const longestTemplateBytes = 51_200;

/**
 * What an `AccountRolesStack` is to each other account, brought there by AWS Organizations: nobody needs credentials for
 * them. Nothing where `operations.stackSets` is not configured. Throws an `Error` for a template that is too long.
 */
export class AccountStackSets extends Construct {
  constructor(scope: Construct, id: string, { configuration, home }: AccountStackSetsProps) {
    super(scope, id);
    const { stackSets } = configuration.operations;
    if (!stackSets) return;
    const { organizationalUnits, fromManagementAccount } = stackSets;
    for (const account of otherAccounts(configuration)) {
      const { region } = Stack.of(this);
      new CfnStackSet(this, account, {
        stackSetName: `Daypass-${account}`,
        description: `Daypass: the roles it gives in account ${account}.`,
        permissionModel: 'SERVICE_MANAGED',
        callAs: fromManagementAccount ? 'SELF' : 'DELEGATED_ADMIN',
        // The accounts are written out. What comes to the unit later is given nothing.
        autoDeployment: { enabled: false },
        capabilities: ['CAPABILITY_NAMED_IAM'],
        stackInstancesGroup: [
          {
            regions: [region],
            deploymentTargets: {
              organizationalUnitIds: [...organizationalUnits],
              accountFilterType: 'INTERSECTION',
              accounts: [account],
            },
          },
        ],
        templateBody: templateOf(configuration, account, home),
      });
    }
  }
}

/** In an app of its own, for it is to be there as text before the app that it goes into is synthesised. */
function templateOf(configuration: Configuration, account: string, home: string | undefined): string {
  const outdir = mkdtempSync(join(tmpdir(), 'daypass-stack-set-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, context: recommendedFlags });
    const stack = new AccountRolesStack(app, `Daypass-${account}`, {
      configuration,
      account,
      ...(home !== undefined && { home }),
      // The account need not be bootstrapped. CDK's types do not hold with exactOptionalPropertyTypes.
      synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }) as IStackSynthesizer,
    });
    const template = JSON.stringify(app.synth().getStackArtifact(stack.artifactId).template);
    if (template.length > longestTemplateBytes) {
      throw new Error(
        `The roles of account ${account} make a template of ${template.length} characters; a StackSet takes ${longestTemplateBytes}. Leave out operations.stackSets, and the account gets a stack of its own.`,
      );
    }
    return template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
