// Whom most rows speak of.

import { aSamlIdp, type SamlIdp } from '../../kit/saml-idp.ts';
import { permits, trusts } from './statements.ts';
import { aWebIssuer, type WebIssuer } from './web-issuer.ts';
import type { User, World } from './world.ts';

/** All that a trust policy may have to allow besides the assumption itself. */
export const everyAssuming = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

export interface Cast {
  /** May ask for every role of the suite. */
  readonly ali: User;
  /** Has no permissions. */
  readonly bob: User;
  /** May federate users who then may list roles. */
  readonly fred: User;
  /** A role that trusts the whole account. Its sessions may list roles, and ask for every role of the suite. */
  readonly hub: string;
  readonly issuer: WebIssuer;
  readonly samlIdp: SamlIdp;
}

export async function castOf(world: World): Promise<Cast> {
  const { account, target } = world;
  const roles = `arn:aws:iam::*:role/*${target.prefix}*`;
  const ali = world.user('ali', {
    permissions: [permits(everyAssuming, roles)],
    tags: { team: 'blue', floor: '2' },
  });
  const bob = world.user('bob');
  const fred = world.user('fred', {
    permissions: [permits(['sts:GetFederationToken', 'sts:AssumeRole', 'iam:ListRoles'])],
    tags: { team: 'blue' },
  });
  const hub = world.role({
    name: 'hub',
    trust: [trusts({ AWS: account }, { actions: everyAssuming })],
    permissions: [permits(everyAssuming, roles), permits('iam:ListRoles')],
    tags: { team: 'red' },
  });
  const day = 86_400_000;
  const samlIdp = await aSamlIdp({ from: new Date(Date.now() - day), until: new Date(Date.now() + 365 * day) });
  return { ali, bob, fred, hub, issuer: aWebIssuer(), samlIdp };
}
