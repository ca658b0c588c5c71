// Every door: the file in lambdas/, its route, and what it may do. Infra, the local gateway and the README follow it.

export interface Route {
  /** The file in `lambdas/`. */
  readonly door: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Whether the door takes proofs: it then gets the configuration. Doors that do not have none. */
  readonly takesProofs: boolean;
  /** API Gateway's throttle for the route, requests a second and burst. */
  readonly throttle: { readonly perSecond: number; readonly burst: number };
  readonly answers: string;
  /** Why API Gateway asks for no authorisation of its own. */
  readonly openBecause: string;
}

export const routes = [
  {
    door: 'credentials',
    method: 'POST',
    path: '/v1/credentials',
    takesProofs: true,
    throttle: { perSecond: 100, burst: 200 },
    answers: 'temporary credentials for a grant and a token',
    openBecause: 'The token in the request is the authorisation: the door verifies it, and AWS STS verifies it again.',
  },
  {
    door: 'grants',
    method: 'GET',
    path: '/v1/grants',
    takesProofs: true,
    throttle: { perSecond: 50, burst: 100 },
    answers: 'the grants that fit the bearer token',
    openBecause: 'The bearer token is the authorisation: the door verifies it, and answers what its holder may get.',
  },
  {
    door: 'health',
    method: 'GET',
    path: '/health',
    takesProofs: false,
    throttle: { perSecond: 10, burst: 20 },
    answers: '200 while the broker is deployed',
    openBecause: 'Whoever asks whether the broker is there learns that and nothing else.',
  },
] as const satisfies readonly Route[];

export type DoorName = (typeof routes)[number]['door'];
