// What the ways of the grants take: the environment and the permissions of doors that give credentials.

import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration, GrantSettings } from '../config/configuration.ts';
import { variables } from '../environment.ts';
import type { Way } from '../grant/grant.ts';
import type { Needs } from '../routes.ts';
import type { DoorFunction, FunctionSurroundings } from './door-function.ts';
import { FederationUser } from './federation-user.ts';
import type { Place } from './regions.ts';
import { SigningKeys } from './signing-keys.ts';

export interface WaysProps extends FunctionSurroundings {
  readonly configuration: Configuration;
  /** What tokens that Daypass signs call their issuer. */
  readonly issuer: string;
  readonly place: Place;
  readonly topic?: ITopic;
}

type Variables = Readonly<Record<string, string>>;

/** Whether some grant goes this way. */
export const goes = ({ grants }: Configuration, way: Way) => [...grants.values()].some((grant) => grant.way === way);

export class Ways extends Construct {
  private readonly keys: SigningKeys | undefined;
  private readonly user: FederationUser | undefined;
  private readonly issuer: string;
  private readonly configuration: Configuration;

  constructor(scope: Construct, id: string, props: WaysProps) {
    super(scope, id);
    const { configuration, issuer, place } = props;
    const { keyGeneration: generation } = configuration.vouch;
    this.issuer = issuer;
    this.keys = goes(configuration, 'vouch') ? new SigningKeys(this, 'Keys', { generation, place }) : undefined;
    this.user = goes(configuration, 'federation-token') ? new FederationUser(this, 'FederationUser', props) : undefined;
    this.configuration = configuration;
  }

  /** For whoever has to tell our own tokens' sessions from others. */
  issuerVariable(): Variables {
    return this.keys ? { [variables.issuer]: this.issuer } : {};
  }

  environmentOf(needs: Needs): Variables {
    if (needs.revokes) return this.issuerVariable();
    return { ...this.keyVariables(needs), ...this.userVariables(needs) };
  }

  private userVariables(needs: Needs): Variables {
    const asks = this.given(needs, 'federation-token').length > 0;
    return this.user && asks ? { [variables.federationSecret]: this.user.secretArn } : {};
  }

  private keyVariables(needs: Needs): Variables {
    const { publishesKeys } = needs;
    if (!this.keys || (!publishesKeys && this.given(needs, 'vouch').length === 0)) return {};
    // Whoever signs needs to know one key only.
    const arns = publishesKeys ? this.keys.arns : this.keys.arns.slice(0, 1);
    return { [variables.issuer]: this.issuer, [variables.signingKeys]: arns.join(',') };
  }

  permit(door: DoorFunction, needs: Needs): void {
    if (needs.publishesKeys) this.keys?.allowReading(door);
    if (this.given(needs, 'vouch').length > 0) this.keys?.allowSigning(door);
    if (this.given(needs, 'federation-token').length > 0) this.user?.allowReading(door.function);
    const chained = this.given(needs, 'chain');
    if (chained.length === 0) return;
    const namesSource = chained.some(({ session }) => session.sourceIdentity !== undefined);
    door.function.addToRolePolicy(
      new PolicyStatement({
        actions: ['sts:AssumeRole', 'sts:TagSession', ...(namesSource ? ['sts:SetSourceIdentity'] : [])],
        resources: [...new Set(chained.map(roleArnOf))],
      }),
    );
  }

  /** The grants of a way that a door can give: those whose proofs it takes. */
  private given({ issues, takes }: Needs, way: Way): readonly GrantSettings[] {
    if (!issues || (issues === 'roles only' && way === 'federation-token')) return [];
    const { grants, providers } = this.configuration;
    // Behind a sign-in stands an assertion.
    const kinds = new Set<string | undefined>(takes.map((kind) => (kind === 'sign-in' ? 'saml' : kind)));
    return [...grants.values()].filter((grant) => grant.way === way && kinds.has(providers.get(grant.from)?.kind));
  }
}

/** Throws a plain `Error` for a grant that gives no role. */
export function roleArnOf({ name, role }: GrantSettings): string {
  if (role.kind === 'named') return role.arn;
  if (role.kind === 'federated') throw new Error(`The grant ${name} has no role.`);
  return `arn:${Aws.PARTITION}:iam::${role.account ?? Aws.ACCOUNT_ID}:role/${role.roleName}`;
}
