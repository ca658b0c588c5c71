// Every door: the file in lambdas/, its route, and what it may do. Infra, the local gateway and the README follow it.

import type { keyPrefixes } from './store/store.ts';

type Kind = keyof typeof keyPrefixes;
type PresentedKind = 'oidc' | 'saml' | 'aws' | 'sign-in';

export interface Route {
  /** The file in `lambdas/`. A door may have several routes. */
  readonly door: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Deployed where a SAML provider is configured, and nowhere else. */
  readonly needsSaml: boolean;
  /** Deployed where some grant vouches, and nowhere else. */
  readonly needsVouch?: true;
  readonly needs: Needs;
  /** API Gateway's throttle for the route, requests a second and burst. */
  readonly throttle: { readonly perSecond: number; readonly burst: number };
  readonly answers: string;
  /** Why API Gateway asks for no authorisation of its own. Where nothing is said, IAM authorises whoever calls. */
  readonly openBecause?: string;
}

/** What a door gets. Whatever is not here, it has no permission for. */
export interface Needs {
  /** The proofs it takes; of doors that take some the audit lines and failures are watched. */
  readonly takes: readonly PresentedKind[];
  readonly configuration: boolean;
  /** What it puts into the table and takes from it; most of it only where the configuration asks for it. */
  readonly writes: readonly Kind[];
  readonly reads: readonly Kind[];
  /** Whether it tells our own address. */
  readonly address?: true;
  /** Whether it gives credentials: then it gets what the ways of the grants take. */
  readonly issues?: true | 'roles only';
  /** Whether it publishes the keys with which Daypass vouches. */
  readonly publishesKeys?: true;
  /** Whether it writes policies of the granted roles. */
  readonly revokes?: true;
  /** Whether it looks into the table in which exchanges are found again. */
  readonly findsExchanges?: true;
  /** The private key of the service provider that it uses, where one is configured. */
  readonly secret?: 'signing' | 'decryption';
}

const nothing: Needs = { takes: [], configuration: false, writes: [], reads: [] };
/** Whatever a door needs that takes tokens, SAML responses and signed AWS requests. */
const anyProof: Needs = {
  takes: ['oidc', 'saml', 'aws'],
  configuration: true,
  writes: ['assertion', 'token', 'awsRequest'],
  reads: ['metadata', 'revoked'],
  secret: 'decryption',
  issues: true,
};
/** STS has no action with which a signed request would ask for a role of Daypass, and callers name a role. */
const stsNeeds: Needs = {
  ...anyProof,
  takes: ['oidc', 'saml'],
  issues: 'roles only',
  writes: ['assertion', 'token', 'issued'],
  reads: ['metadata', 'issued', 'revoked'],
};
const explainNeeds: Needs = { ...nothing, takes: ['oidc', 'aws'], configuration: true, writes: ['awsRequest'] };
const portalNeeds: Needs = {
  takes: ['sign-in'],
  configuration: true,
  // A person may hand the sign-in to a command line.
  writes: ['signIn', 'code'],
  reads: ['signIn', 'revoked'],
  issues: true,
};
const revokeNeeds: Needs = {
  ...nothing,
  configuration: true,
  writes: ['revoked'],
  reads: ['revoked'],
  findsExchanges: true,
  revokes: true,
};

export const routes = [
  {
    door: 'credentials',
    method: 'POST',
    path: '/v1/credentials',
    needsSaml: false,
    needs: anyProof,
    throttle: { perSecond: 100, burst: 200 },
    answers: 'temporary credentials for a grant and a token, SAML response or signed AWS request',
    openBecause: 'The proof in the request is the authorisation: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'sts-query',
    method: 'POST',
    path: '/',
    needsSaml: false,
    needs: stsNeeds,
    throttle: { perSecond: 100, burst: 200 },
    answers: 'STS itself, for whatever speaks to it: AssumeRoleWithWebIdentity, AssumeRoleWithSAML, GetCallerIdentity',
    openBecause:
      'The proof in the request is the authorisation, as at AWS STS; who asks about credentials must have their session token.',
  },
  {
    door: 'sts-query',
    method: 'GET',
    path: '/',
    needsSaml: false,
    needs: stsNeeds,
    throttle: { perSecond: 20, burst: 40 },
    answers: 'the same with the parameters in the query; browsers are sent to the portal',
    openBecause:
      'The proof in the query is the authorisation, as at AWS STS; without one a browser is sent to the portal.',
  },
  {
    door: 'container-credentials',
    method: 'GET',
    path: '/v1/container/{grant}',
    needsSaml: false,
    needs: {
      ...nothing,
      takes: ['oidc'],
      configuration: true,
      writes: ['token', 'issued'],
      reads: ['revoked'],
      issues: true,
    },
    throttle: { perSecond: 100, burst: 200 },
    answers: 'temporary credentials as every AWS SDK fetches and refreshes them in a container',
    openBecause: 'The authorization token is the proof: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'token-exchange',
    method: 'POST',
    path: '/v1/token',
    needsSaml: false,
    needs: { ...anyProof, writes: [...anyProof.writes, 'issued'] },
    throttle: { perSecond: 100, burst: 200 },
    answers: 'temporary credentials for an OAuth client (RFC 8693)',
    openBecause: 'The subject token is the authorisation: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'console',
    method: 'POST',
    path: '/v1/console',
    needsSaml: false,
    needs: { ...anyProof, address: true },
    throttle: { perSecond: 20, burst: 40 },
    answers: 'a link into the AWS console, or a redirect there',
    openBecause: 'The proof in the request is the authorisation: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'grants',
    method: 'GET',
    path: '/v1/grants',
    needsSaml: false,
    needs: { ...nothing, takes: ['oidc', 'aws'], configuration: true, writes: ['awsRequest'] },
    throttle: { perSecond: 50, burst: 100 },
    answers: 'the grants that fit the bearer token',
    openBecause: 'The bearer token is the authorisation: the door verifies it, and answers what its holder may get.',
  },
  {
    door: 'explain',
    method: 'POST',
    path: '/v1/explain',
    needsSaml: false,
    needs: explainNeeds,
    throttle: { perSecond: 20, burst: 40 },
    answers: 'which of your claims a grant looked at in vain',
    openBecause: 'The bearer of the token is the one who is told, and of his own claims only: the door verifies it.',
  },
  {
    door: 'explain',
    method: 'POST',
    path: '/v1/admin/explain',
    needsSaml: false,
    needs: explainNeeds,
    throttle: { perSecond: 10, burst: 20 },
    answers: 'the whole trace, to operators: statement, condition, expected, got, hint',
  },
  {
    door: 'admin-audit',
    method: 'GET',
    path: '/v1/admin/audit',
    needsSaml: false,
    needs: { ...nothing, configuration: true, findsExchanges: true },
    throttle: { perSecond: 10, burst: 20 },
    answers: 'who got which role when, to operators: by person, key, role, grant, time',
  },
  {
    door: 'revoke',
    method: 'POST',
    path: '/v1/admin/revoke',
    needsSaml: false,
    needs: revokeNeeds,
    throttle: { perSecond: 5, burst: 10 },
    answers: 'sessions, people, grants and roles revoked, or lifted again, by operators',
  },
  {
    door: 'revoke',
    method: 'GET',
    path: '/v1/admin/revoke',
    needsSaml: false,
    needs: revokeNeeds,
    throttle: { perSecond: 5, burst: 10 },
    answers: 'what is revoked, to operators',
  },
  {
    door: 'sign-in',
    method: 'GET',
    path: '/sign-in/{provider}',
    needsSaml: true,
    needs: { ...nothing, configuration: true, reads: ['metadata'], secret: 'signing' },
    throttle: { perSecond: 20, burst: 40 },
    answers: 'a redirect to the identity provider',
    openBecause: 'Whoever begins a sign-in is nobody yet. The door tells nothing and stores nothing.',
  },
  {
    door: 'acs',
    method: 'POST',
    path: '/saml/acs',
    needsSaml: true,
    needs: {
      takes: ['saml'],
      configuration: true,
      writes: ['request', 'assertion', 'signIn'],
      reads: ['metadata'],
      secret: 'decryption',
    },
    throttle: { perSecond: 20, burst: 40 },
    answers: 'a sign-in for a SAML response, and a redirect to /portal',
    openBecause: 'The signed SAML response is the authorisation: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'metadata',
    method: 'GET',
    path: '/saml/metadata',
    needsSaml: true,
    needs: { ...nothing, configuration: true },
    throttle: { perSecond: 5, burst: 10 },
    answers: 'the metadata of Daypass as a SAML service provider',
    openBecause: 'Metadata is public: it holds addresses and certificates.',
  },
  {
    door: 'portal',
    method: 'GET',
    path: '/portal',
    needsSaml: true,
    needs: portalNeeds,
    throttle: { perSecond: 20, burst: 40 },
    answers: 'the page with the grants of whoever signed in',
    openBecause: 'The sealed cookie of a sign-in is the authorisation; without it the page only offers to sign in.',
  },
  {
    door: 'portal',
    method: 'POST',
    path: '/portal',
    needsSaml: true,
    needs: portalNeeds,
    throttle: { perSecond: 20, burst: 40 },
    answers: 'credentials on a page, or a redirect into the AWS console',
    openBecause:
      'The sealed cookie of a sign-in is the authorisation: what it holds was verified, and AWS STS verifies it again.',
  },
  {
    door: 'portal',
    method: 'POST',
    path: '/v1/sign-in',
    needsSaml: true,
    needs: portalNeeds,
    throttle: { perSecond: 20, burst: 40 },
    answers: 'credentials for the code with which the portal sent a person back to the command line',
    openBecause: 'The code, good once and for a minute, and the verifier that goes with it are the authorisation.',
  },
  {
    door: 'discovery',
    method: 'GET',
    path: '/.well-known/oauth-authorization-server',
    needsSaml: false,
    needs: { ...nothing, configuration: true, address: true },
    throttle: { perSecond: 10, burst: 20 },
    answers: 'where OAuth clients find the token endpoint (RFC 8414)',
    openBecause: 'It tells addresses that every caller knows.',
  },
  {
    door: 'discovery',
    method: 'GET',
    path: '/v1/openapi.json',
    needsSaml: false,
    needs: { ...nothing, configuration: true, address: true },
    throttle: { perSecond: 10, burst: 20 },
    answers: 'the doors as an OpenAPI 3.1 document',
    openBecause: 'It tells what this table and the README tell.',
  },
  {
    door: 'issuer',
    method: 'GET',
    path: '/.well-known/openid-configuration',
    needsSaml: false,
    needsVouch: true,
    needs: { ...nothing, publishesKeys: true },
    throttle: { perSecond: 20, burst: 40 },
    answers: 'Daypass as an OpenID issuer, to AWS STS (OpenID Connect Discovery)',
    openBecause: 'AWS STS asks without credentials; it tells addresses that every caller knows.',
  },
  {
    door: 'issuer',
    method: 'GET',
    path: '/.well-known/jwks.json',
    needsSaml: false,
    needsVouch: true,
    needs: { ...nothing, publishesKeys: true },
    throttle: { perSecond: 20, burst: 40 },
    answers: 'the public keys with which Daypass vouches',
    openBecause: 'Public keys are public.',
  },
  {
    door: 'health',
    method: 'GET',
    path: '/health',
    needsSaml: false,
    needs: nothing,
    throttle: { perSecond: 10, burst: 20 },
    answers: '200 while the broker is deployed',
    openBecause: 'Whoever asks whether the broker is there learns that and nothing else.',
  },
] as const satisfies readonly Route[];

export type DoorName = (typeof routes)[number]['door'];

export const doorNames: readonly DoorName[] = [...new Set(routes.map(({ door }) => door))];

/** As API Gateway spells it: `POST /v1/credentials`. */
export const routeKey = ({ method, path }: Pick<Route, 'method' | 'path'>) => `${method} ${path}`;

export type DoorRoute = Route & { readonly door: DoorName };

export interface Deployment {
  /** Whether a SAML provider is configured. */
  readonly saml: boolean;
  /** Whether AWS accounts are a provider. */
  readonly aws: boolean;
  /** Whether some grant takes tokens once. */
  readonly oneTime: boolean;
  /** Whether some grant vouches. */
  readonly vouch: boolean;
}

/** The routes of a deployment, with what their doors need there. */
export function routesWith({ saml, aws, oneTime, vouch }: Deployment): readonly DoorRoute[] {
  const all: readonly DoorRoute[] = routes;
  const there = all.filter(({ needsSaml, needsVouch }) => (saml || !needsSaml) && (vouch || !needsVouch));
  return there.map((route) => {
    const needs: Needs = saml ? route.needs : withoutSaml(route.needs);
    const unused: readonly Kind[] = [...(oneTime ? [] : ['token' as const]), ...(aws ? [] : ['awsRequest' as const])];
    return {
      ...route,
      needs: {
        ...needs,
        takes: aws ? needs.takes : needs.takes.filter((kind) => kind !== 'aws'),
        writes: needs.writes.filter((kind) => !unused.includes(kind)),
      },
    };
  });
}

function withoutSaml({ takes, writes, reads, secret: _, ...rest }: Needs): Needs {
  const isLeft = (kind: Kind) => ['issued', 'token', 'awsRequest', 'revoked'].includes(kind);
  return {
    ...rest,
    takes: takes.filter((kind) => kind !== 'saml'),
    writes: writes.filter(isLeft),
    reads: reads.filter(isLeft),
  };
}
