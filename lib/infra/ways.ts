// What the ways of the grants take: the environment and the permissions of doors that give credentials.

import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Configuration, GrantSettings } from '../config/configuration.ts';
import { variables } from '../environment.ts';
import type { Way } from '../grant/grant.ts';
import type { Needs } from '../routes.ts';
import type { DoorFunction } from './door-function.ts';
import { FederationUser } from './federation-user.ts';
import type { Place } from './regions.ts';
import { SigningKeys } from './signing-keys.ts';

export interface WaysProps {
  readonly configuration: Configuration;
  /** What tokens that Daypass signs call their issuer. */
  readonly issuer: string;
  readonly place: Place;
  /** What every function of Daypass is told. */
  readonly environment: Variables;
  readonly files: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  readonly topic?: ITopic;
}

type Variables = Readonly<Record<string, string>>;

/** Whether some grant goes this way. */
export const goes = ({ grants }: Configuration, way: Way) => [...grants.values()].some((grant) => grant.way === way);

export class Ways extends Construct {
  private readonly keys: SigningKeys | undefined;
  private readonly user: FederationUser | undefined;
  private readonly issuer: string;
  private readonly chained: readonly string[];

  constructor(scope: Construct, id: string, props: WaysProps) {
    super(scope, id);
    const { configuration, issuer, place } = props;
    const { keyGeneration: generation } = configuration.vouch;
    this.issuer = issuer;
    this.keys = goes(configuration, 'vouch') ? new SigningKeys(this, 'Keys', { generation, place }) : undefined;
    this.user = goes(configuration, 'federation-token') ? new FederationUser(this, 'FederationUser', props) : undefined;
    this.chained = [...configuration.grants.values()].filter(({ way }) => way === 'chain').map(roleArnOf);
  }

  /** For whoever has to tell our own tokens' sessions from others. */
  issuerVariable(): Variables {
    return this.keys ? { [variables.issuer]: this.issuer } : {};
  }

  environmentOf({ issues, publishesKeys, revokes }: Needs): Variables {
    if (revokes) return this.issuerVariable();
    return { ...this.keyVariables(issues, publishesKeys), ...(issues && this.userVariables()) };
  }

  private userVariables(): Variables {
    return this.user ? { [variables.federationSecret]: this.user.secretArn } : {};
  }

  private keyVariables(issues: true | undefined, publishesKeys: true | undefined): Variables {
    if (!this.keys || (!issues && !publishesKeys)) return {};
    // Whoever signs needs to know one key only.
    const arns = publishesKeys ? this.keys.arns : this.keys.arns.slice(0, 1);
    return { [variables.issuer]: this.issuer, [variables.signingKeys]: arns.join(',') };
  }

  permit(door: DoorFunction, { issues, publishesKeys }: Needs): void {
    if (publishesKeys) this.keys?.allowReading(door.function);
    if (!issues) return;
    this.keys?.allowSigning(door.function);
    this.user?.allowReading(door.function);
    if (this.chained.length > 0) {
      door.function.addToRolePolicy(
        new PolicyStatement({
          actions: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
          resources: [...this.chained],
        }),
      );
    }
  }
}

/** Throws a plain `Error` for a grant that gives no role. */
export function roleArnOf({ name, role }: GrantSettings): string {
  if (role.kind === 'named') return role.arn;
  if (role.kind === 'federated') throw new Error(`The grant ${name} has no role.`);
  return `arn:${Aws.PARTITION}:iam::${role.account ?? Aws.ACCOUNT_ID}:role/${role.roleName}`;
}
