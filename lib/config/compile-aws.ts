import { awsAttributes } from '../identity/aws/principal.ts';
import { nearest } from '../nearest.ts';
import type { Condition } from '../policy/condition.ts';
import type { AwsProviderSettings, ProviderSettings, Report } from './configuration.ts';
import type { DeclaredAws, DeclaredGrant } from './schema.ts';
import { longestLeewaySeconds, secondsAtMost } from './seconds-at-most.ts';

export function compileAws(name: string, aws: DeclaredAws, report: Report): AwsProviderSettings {
  const { accounts, audiences, organization, clockLeeway } = aws;
  return {
    kind: 'aws',
    name,
    accounts,
    ...(audiences && { audiences }),
    ...(organization !== undefined && { organization }),
    clockLeewaySeconds: secondsAtMost(longestLeewaySeconds, clockLeeway, `providers.${name}.aws.clockLeeway`, report),
  };
}

/** An account says whose provider a caller is, so it must be in one list, once. */
export function checkAccounts(providers: readonly ProviderSettings[], report: Report): void {
  const first = new Map<string, string>();
  for (const provider of providers) {
    for (const [index, account] of (provider.kind === 'aws' ? provider.accounts : []).entries()) {
      const earlier = first.get(account);
      if (earlier !== undefined) {
        report(`providers.${provider.name}.aws.accounts[${index}]`, `is "${account}", which is already at ${earlier}`);
      }
      first.set(account, provider.name);
    }
  }
}

export interface AwsGrantCheck {
  readonly declared: DeclaredGrant;
  readonly when: readonly Condition[];
  readonly provider: AwsProviderSettings;
  readonly path: string;
  readonly report: Report;
}

/** What goes with no signed request, and what none ever tells. */
export function checkAwsGrant({ declared, when, provider, path, report }: AwsGrantCheck): void {
  if (declared.way === 'forward') {
    report(
      `${path}.way`,
      "is forward, which hands on the caller's own token, and a signed request is none; write way: vouch, chain or federation-token",
    );
  }
  if (declared.oneTime)
    report(`${path}.oneTime`, 'goes with OIDC; a signed request is taken once, whatever the grant says');
  if (declared.session.withinProof) {
    report(`${path}.session.withinProof`, 'goes with OIDC; a signed request lasts minutes, and no session is so short');
  }
  if (declared.session.maxAuthAge !== undefined) {
    report(`${path}.session.maxAuthAge`, 'goes with OIDC and SAML; a signed request lasts minutes');
  }
  const told = awsAttributes.filter((name) => name !== 'organization' || provider.organization !== undefined);
  for (const { operator, key } of when) {
    if (told.some((name) => name === key)) continue;
    const meant = nearest(key, told);
    report(
      `${path}.when.${operator}.${key}`,
      key === 'organization'
        ? `is not told by AWS; write organization at provider ${provider.name}, which states it of its accounts`
        : `is not told of a signed request; ${meant ? `did you mean ${meant}? ` : ''}there are ${told.join(', ')}`,
    );
  }
}
