// A stack with grants that vouch and chain: who asks, what STS is sent, and what each door may do by itself.

import { loadConfiguration } from '../../lib/config/load-config.ts';
import type { Rim } from '../../lib/door.ts';
import type { Network } from '../../lib/network/network.ts';
import type { DoorName } from '../../lib/routes.ts';
import { anIssuer } from './issuer.ts';
import { aStack, type RunningStack, serveIssuer } from './stack.ts';

export interface Exchanged {
  readonly status: number;
  readonly error?: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: string;
  };
}

export interface VouchedStack extends RunningStack {
  /** What each door was opened with. */
  readonly rim: (door: DoorName) => Rim;
  /** A proof of somebody. */
  token(claims?: Readonly<Record<string, unknown>>): string;
  /** Asks the doors of the stack, or one beside them. */
  exchange(grant: string, token: string, address?: string): Promise<Exchanged>;
}

/** Tokens that go by on their way to STS. */
export function overheard(network: Network): Network & { readonly tokens: readonly string[] } {
  const tokens: string[] = [];
  return {
    tokens,
    send(request) {
      const token = new URLSearchParams(request.body).get('WebIdentityToken');
      if (token !== null) tokens.push(token);
      return network.send(request);
    },
  };
}

/** Of grants by their names, all of the provider `ci`. */
export async function aVouchedStack(
  grants: Readonly<Record<string, object>>,
  file: Readonly<Record<string, unknown>> = {},
): Promise<VouchedStack> {
  const issuer = anIssuer({ issuer: 'https://ci.acme.example' });
  const served = await serveIssuer(issuer);
  const permissions = [{ actions: ['s3:*'], resources: ['arn:aws:s3:::privet/${aws:PrincipalTag/tenant}/*'] }];
  const whole = { from: 'ci', when: 'anyone', role: { permissions } };
  const configuration = loadConfiguration({
    providers: { ci: { oidc: { issuer: issuer.issuer, audiences: ['web'] } } },
    grants: Object.fromEntries(Object.entries(grants).map(([name, grant]) => [name, { ...whole, ...grant }])),
    ...file,
  });
  const rims = new Map<DoorName, Rim>();
  const stack = await aStack({
    configuration,
    standIns: new Map([[issuer.issuer, served.address]]),
    rim: (rim, door) => {
      rims.set(door, rim);
      return rim;
    },
  });
  return {
    ...stack,
    rim(door) {
      const found = rims.get(door);
      if (!found) throw new Error(`The door ${door} was not opened.`);
      return found;
    },
    token(claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      return issuer.token({ iat: now, exp: now + 600, sub: 'alice', tenant: 'blue', ...claims });
    },
    async exchange(grant, token, address = stack.gateway) {
      const answer = await fetch(`${address}/v1/credentials`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ grant, token }),
      });
      return { status: answer.status, ...((await answer.json()) as Omit<Exchanged, 'status'>) };
    },
    async stop() {
      await stack.stop();
      await served.stop();
    },
  };
}
