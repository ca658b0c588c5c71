// A proof, unproved or proved, as the request that STS would put to a trust policy.

import { webIdentityPrincipal } from '../config/federated-provider.ts';
import type { Identity } from '../identity/identity.ts';
import { readAwsClaims } from '../identity/oidc/aws-claims.ts';
import { audiencesOf, stsAudience, transitiveTagKeys, webIdentityKeys } from '../identity/oidc/condition-keys.ts';
import { awsAttributePrefix } from '../identity/saml/aws-attributes.ts';
import { samlFacts } from '../identity/saml/sts-facts.ts';
import { type Claims, textsOf } from './claimed.ts';
import type { FederatedRequest } from './explain-trust.ts';
import { type Stage, stage } from './explanation.ts';

export interface Target {
  /** The account of the role. */
  readonly account: string;
  readonly roleTags: ReadonlyMap<string, string>;
  readonly sessionName: string;
  readonly sourceIp?: string | undefined;
  readonly now: Date;
}

const required = ['iss', 'sub', 'aud'];

/** STS's tolerance on exp, iat and nbf alike. */
const toleranceSeconds = 300;

/** What STS asks of a token before it asks the role; the signature aside. */
export function explainClaims(claims: Claims, now: Date): Stage {
  const says = whyStsRefuses(claims) ?? whyNotNow(claims, now);
  if (says !== undefined) return stage('proof', 'failed', says);
  return stage('proof', 'passed', `${String(claims.get('sub'))}, taken as it is: no signature is verified here.`);
}

function whyNotNow(claims: Claims, now: Date): string | undefined {
  const seconds = now.getTime() / 1000;
  const at = (claim: string) => Number(claims.get(claim));
  const told = (claim: string) => new Date(at(claim) * 1000).toISOString();
  if (!['exp', 'iat', 'nbf'].every((claim) => !claims.has(claim) || Math.abs(at(claim)) <= 8.64e12)) {
    return 'exp, iat and nbf must be seconds since 1970.';
  }
  if (claims.has('exp') && at('exp') <= seconds - toleranceSeconds) return `The token ended at ${told('exp')}.`;
  const early = ['iat', 'nbf'].find((claim) => claims.has(claim) && at(claim) > seconds + toleranceSeconds);
  return early === undefined ? undefined : `${early} is ${told(early)}, which is still to come.`;
}

function whyStsRefuses(claims: Claims): string | undefined {
  const missing = required.find((claim) => !claims.has(claim));
  if (missing !== undefined) return `STS asks for the claim ${missing}, and there is none.`;
  if (typeof claims.get('iss') !== 'string') return 'iss must be a text.';
  if (!['string', 'number'].includes(typeof claims.get('sub'))) return 'sub must be a text.';
  if (stsAudience(claims) === undefined) {
    const count = audiencesOf(claims).length;
    return count === 0
      ? 'aud is empty, which STS refuses.'
      : `aud has ${count} values and there is no azp: STS refuses the token (Token audience contains more than one audience while authorized party is not present).`;
  }
  const { malformed } = readAwsClaims(claims);
  if (malformed.includes('tags')) {
    return 'https://aws.amazon.com/tags is not as STS wants it: principal_tags with a list of exactly one text for each key, within the limits of session tags.';
  }
  if (malformed.includes('sourceIdentity')) {
    return 'https://aws.amazon.com/source_identity must be 2 to 64 letters, digits and _+=,.@- and not begin with aws:.';
  }
  return undefined;
}

export function webIdentityRequest(claims: Claims, target: Target): FederatedRequest {
  const issuer = String(claims.get('iss'));
  return {
    kind: 'oidc',
    ...target,
    sourceIp: target.sourceIp,
    principal: webIdentityPrincipal(target.account, issuer),
    issuer,
    keys: [...webIdentityKeys(claims, stsAudience(claims) ?? ''), ['sts:RoleAuthorizedByIdp', 'false']],
    awsClaims: readAwsClaims(claims).keys,
    transitiveTagKeys: transitiveTagKeys(claims),
    claims: textsOf(claims).texts,
  };
}

export interface SamlTarget extends Target {
  readonly principal: string;
  readonly entityId: string;
  readonly recipient: string;
}

/** An identity that an assertion proved, or would prove. */
export function samlRequest({ subject, attributes: { texts } }: Identity, target: SamlTarget): FederatedRequest {
  const { principal, entityId, recipient, account } = target;
  const confirmation = {
    method: undefined,
    recipient,
    notOnOrAfter: undefined,
    notBefore: undefined,
    inResponseTo: undefined,
  };
  const name = principal.split('/').at(-1) ?? '';
  const facts = samlFacts(
    {
      issuer: entityId,
      subject: { nameId: subject, format: texts.get('sub_type')?.[0], confirmation },
      attributes: { texts, opaque: new Set() },
    },
    { account, name },
  );
  const ofAws = /^(aws:requesttag\/|sts:sourceidentity$)/;
  return {
    kind: 'saml',
    ...target,
    sourceIp: target.sourceIp,
    issuer: undefined,
    keys: facts.keys,
    awsClaims: new Map(
      [...texts].flatMap(([key, [value]]) => (ofAws.test(key) && value !== undefined ? [[awsCase(key), value]] : [])),
    ),
    transitiveTagKeys: texts.get(`${awsAttributePrefix}TransitiveTagKeys`) ?? [],
    claims: texts,
  };
}

/** As AWS writes its keys; identities hold them in lower case. */
const awsCase = (key: string) =>
  key.replace(/^aws:requesttag\//, 'aws:RequestTag/').replace(/^sts:sourceidentity$/, 'sts:SourceIdentity');
