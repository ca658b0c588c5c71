// The trust policy that a role must have which a grant names by arn, in the words that Daypass writes for its own.

import { accountOf } from '../arn.ts';
import type { Configuration, GrantSettings } from '../config/configuration.ts';
import { principalIn, webIdentityPrincipal } from '../config/federated-provider.ts';
import { grantedTrust } from '../config/granted-trust.ts';
import { type TrustPolicyDocument, vouchedAudience } from '../grant/trust-policy.ts';

/** What the configuration need not say. */
export interface Whereabouts {
  /** The account that Daypass is deployed in. */
  readonly account: string | undefined;
  /** The address of the doors, where the configuration has no `url`. */
  readonly url: string | undefined;
}

/** What stands in a trust policy for what nobody told. */
export const placeholders = { account: 'ACCOUNT-OF-DAYPASS', url: 'ADDRESS-OF-DAYPASS' } as const;

export interface IamProvider {
  readonly arn: string;
  /** The client IDs that it must have; none with SAML. */
  readonly audiences: readonly string[];
}

export interface RequiredTrust {
  readonly grant: string;
  readonly roleArn: string;
  readonly maxSessionSeconds: number;
  /** What the account of the role must have; nothing where IAM has it built in, and with `chain`. */
  readonly iamProvider?: IamProvider;
  readonly trustPolicy: TrustPolicyDocument;
  /** For what a placeholder stands in the trust policy. */
  readonly notKnown: readonly (keyof Whereabouts)[];
}

export const requiredTrusts = (configuration: Configuration, whereabouts: Whereabouts): readonly RequiredTrust[] =>
  [...configuration.grants.values()].flatMap((grant) => requiredTrust(grant, configuration, whereabouts) ?? []);

function requiredTrust(
  grant: GrantSettings,
  { providers, vouch, organization, ...configuration }: Configuration,
  whereabouts: Whereabouts,
): RequiredTrust | undefined {
  const { name, from, way, role } = grant;
  const provider = providers.get(from);
  if (role.kind !== 'named' || !provider) return undefined;
  const { account: home = placeholders.account } = whereabouts;
  const url = configuration.url ?? whereabouts.url ?? `https://${placeholders.url}`;
  const issuer = vouch.issuer ?? url;
  const account = accountOf(role.arn);
  const [, partition = 'aws'] = role.arn.split(':');
  const there = (arn: string) => arn.replace(/^arn:aws:/, `arn:${partition}:`);
  const principal = there(principalIn(account, provider));
  const ourPrincipal = there(webIdentityPrincipal(account, issuer));
  const scene = { provider, url, issuer, principal, ourPrincipal, partition, home, organization };
  const trustPolicy = grantedTrust(grant, scene);
  const iamProvider =
    way === 'vouch'
      ? { arn: ourPrincipal, audiences: [vouchedAudience] }
      : { arn: principal, audiences: provider.kind === 'oidc' ? provider.audiences : [] };
  const text = JSON.stringify(trustPolicy);
  return {
    grant: name,
    roleArn: role.arn,
    maxSessionSeconds: role.maxSessionSeconds,
    ...(way !== 'chain' && iamProvider.arn.startsWith('arn:') && { iamProvider }),
    trustPolicy,
    notKnown: (['account', 'url'] as const).filter((each) => text.includes(placeholders[each])),
  };
}

/** For a terminal: what to do at each role, and the document itself. */
export function printRequiredTrusts(trusts: readonly RequiredTrust[]): string {
  return trusts.map((each) => `\n${instructionsOf(each)}\n${JSON.stringify(each.trustPolicy, null, 2)}\n`).join('');
}

function instructionsOf({ grant, roleArn, maxSessionSeconds, iamProvider, notKnown }: RequiredTrust): string {
  const audiences = iamProvider?.audiences.length ? `, with the client IDs ${iamProvider.audiences.join(', ')}` : '';
  return [
    `The role ${roleArn}, which the grant ${grant} gives, is yours. It needs`,
    `- a MaxSessionDuration of at least ${maxSessionSeconds} s`,
    ...(iamProvider ? [`- in its account the IAM provider ${iamProvider.arn}${audiences}`] : []),
    ...notKnown.map((each) => `- in place of ${placeholders[each]} what --${each} tells`),
    '- this trust policy, or one that lets in no less:',
  ].join('\n');
}
