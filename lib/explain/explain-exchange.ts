// An exchange told from its first stage to its last, without asking AWS: what the doors would say, and after them the
// trust policy that AWS enforces.

import { accountOf } from '../arn.ts';
import { carry, unpack } from '../config/carried.ts';
import type { Configuration, GrantSettings, ProviderSettings } from '../config/configuration.ts';
import { principalIn, webIdentityPrincipal } from '../config/federated-provider.ts';
import { grantedTrust } from '../config/granted-trust.ts';
import type { Grants } from '../grant/decide-grant.ts';
import type { Identity } from '../identity/identity.ts';
import { vouchedClaims } from '../issue/vouched-token.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Policy } from '../policy/policy.ts';
import { Refusal, refusals } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import { acsPath } from '../sign-in/our-addresses.ts';
import { type Claims, claimedByOidc } from './claimed.ts';
import { claimedByAws } from './claimed-aws.ts';
import { claimedBySaml } from './claimed-saml.ts';
import { explainGrant, explainSession } from './explain-grant.ts';
import { explainTrust, type FederatedRequest } from './explain-trust.ts';
import { type Explanation, explanationOf, type Stage, stage } from './explanation.ts';
import { samlRequest, webIdentityRequest } from './federated-request.ts';

/** Where things are that the configuration does not say. */
export interface Surroundings {
  /** The account that Daypass is deployed in. */
  readonly account: string;
  /** The address of the doors, where the configuration has no `url`. */
  readonly url: string;
  readonly sourceIp?: string | undefined;
  readonly now: Date;
}

export interface ExchangeToExplain {
  readonly provider: ProviderSettings;
  readonly claims: Claims;
  readonly grant: string;
  readonly durationSeconds?: number | undefined;
  /** The trust policy as it is; otherwise the one that Daypass would deploy, if it makes the role. */
  readonly trust?: { readonly policy: Policy; readonly roleTags: ReadonlyMap<string, string> } | undefined;
}

export interface ExplainedExchange {
  readonly explanation: Explanation;
  /** What STS would be told; `undefined` where it does not come so far. */
  readonly plan: SessionPlan | undefined;
  readonly request: FederatedRequest | undefined;
}

/** As the doors have them. */
const deployedGrants = (configuration: Configuration, account: string): Grants =>
  unpack(carry(configuration), { accountId: account, partition: 'aws' }).grants;

export function explainExchange(
  exchange: ExchangeToExplain,
  configuration: Configuration,
  surroundings: Surroundings,
): ExplainedExchange {
  const stages: Stage[] = [];
  const end = (more: Partial<ExplainedExchange> = {}): ExplainedExchange => ({
    explanation: explanationOf(stages),
    plan: undefined,
    request: undefined,
    ...more,
  });
  const grants = deployedGrants(configuration, surroundings.account);
  const proof = identityOf(exchange, grants, surroundings.now);
  stages.push(proof.stage);
  if (!proof.identity) return end();

  const granted = explainGrant(proof.identity, exchange.grant, grants);
  stages.push(granted.stage);
  if (!granted.grant) return end();

  const { stage: session, plan } = explainSession(proof.identity, granted.grant, exchange.durationSeconds);
  stages.push(session);
  if (!plan) return end();

  if (plan.way === 'chain' || plan.way === 'federation-token') {
    stages.push(stage('trust policy', 'not judged', notJudged[plan.way]));
    return end({ plan });
  }
  const { provider } = exchange;
  const request = requestFor(exchange, { identity: proof.identity, plan, configuration, surroundings });
  const settings = configuration.grants.get(exchange.grant);
  const trust = exchange.trust?.policy ?? (settings && deployedTrust(settings, provider, configuration, surroundings));
  stages.push(
    trust
      ? explainTrust(trust, request)
      : stage('trust policy', 'not judged', `${plan.roleArn} was there before; its trust policy is not known here.`),
  );
  return end({ plan, request });
}

const notJudged = {
  chain: 'The function assumes the role in its own name, so that the role sees nothing of the proof but the tags.',
  'federation-token': 'An IAM user asks for the session; there is no role, and so no trust policy.',
};

interface Proved {
  readonly stage: Stage;
  readonly identity: Identity | undefined;
}

function identityOf(
  { provider, claims }: Pick<ExchangeToExplain, 'provider' | 'claims'>,
  grants: Grants,
  now: Date,
): Proved {
  try {
    const identity = claimedBy(provider, claims, { grants, now });
    const says = `${identity.subject}, as ${provider.name} would prove it: no signature is verified here.`;
    return { stage: stage('proof', 'passed', says, { warnings: unannounced(identity) }), identity };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const detail = Object.entries(error.detail).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const says = [refusals[error.code].says, detail.join(', ')].filter(Boolean).join(' ');
    return { stage: stage('proof', 'failed', says), identity: undefined };
  }
}

function claimedBy(
  provider: ProviderSettings,
  claims: Claims,
  { grants, now }: { readonly grants: Grants; readonly now: Date },
): Identity {
  switch (provider.kind) {
    case 'oidc':
      return claimedByOidc(claims, provider, now);
    case 'saml':
      return claimedBySaml(claims, provider, now);
    case 'aws':
      return claimedByAws(claims, { provider, given: [...grants.values()].map(({ role }) => role.arn), now });
  }
}

const unannounced = ({ unannounced: claims }: Identity) =>
  claims.map((claim) => ({
    code: claim === 'tags' ? 'missing-tag-session' : 'missing-set-source-identity',
    says: `The proof carries ${claim} for AWS, which the provider does not announce: STS refuses it at every role that Daypass makes. Write ${claim} to awsClaims (awsAttributes for SAML).`,
  }));

interface Planned {
  readonly identity: Identity;
  readonly plan: SessionPlan;
  readonly configuration: Configuration;
  readonly surroundings: Surroundings;
}

function requestFor(
  { provider, claims, trust }: ExchangeToExplain,
  { identity, plan, configuration, surroundings }: Planned,
): FederatedRequest {
  const account = accountOf(plan.roleArn);
  const { now, sourceIp } = surroundings;
  const target = { account, sessionName: plan.sessionName, now, sourceIp, roleTags: trust?.roleTags ?? new Map() };
  if (plan.way === 'vouch') return webIdentityRequest(vouchedFor(plan, configuration, surroundings), target);
  if (provider.kind === 'oidc') return webIdentityRequest(new Map([['iss', provider.issuer], ...claims]), target);
  if (provider.kind === 'aws') throw new Error('A signed request cannot be forwarded.');
  return samlRequest(identity, {
    ...target,
    principal: principalIn(account, provider),
    entityId: provider.entityId,
    recipient: (configuration.url ?? surroundings.url) + acsPath,
  });
}

/** What our own token would say. */
const vouchedFor = (plan: SessionPlan, configuration: Configuration, surroundings: Surroundings) =>
  new Map(
    Object.entries(
      vouchedClaims(plan, { issuer: issuerOf(configuration, surroundings), now: surroundings.now, id: 'explained' }),
    ),
  );

const issuerOf = ({ vouch, url }: Configuration, surroundings: Surroundings) => vouch.issuer ?? url ?? surroundings.url;

/** `undefined` for a role that Daypass does not make. */
function deployedTrust(
  grant: GrantSettings,
  provider: ProviderSettings,
  configuration: Configuration,
  surroundings: Surroundings,
): Policy | undefined {
  if (grant.role.kind !== 'made') return undefined;
  const account = grant.role.account ?? surroundings.account;
  const issuer = issuerOf(configuration, surroundings);
  const document = grantedTrust(grant, {
    provider,
    url: configuration.url ?? surroundings.url,
    issuer,
    principal: principalIn(account, provider),
    ourPrincipal: webIdentityPrincipal(account, issuer),
    partition: 'aws',
    home: surroundings.account,
    organization: configuration.organization,
  });
  return parsePolicy({ name: `trust policy of ${grant.role.roleName}`, kind: 'trust', document });
}
