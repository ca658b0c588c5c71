// The embedded AWS as tests speak to it: stacks written by hand, calls over real loopback HTTP, answers by element.

import type { IncomingHttpHeaders } from 'node:http';
import type { EmbeddedIam } from '../../lib/local/aws/iam/iam.ts';
import type { Sessions } from '../../lib/local/aws/sessions.ts';
import type { StackTemplate } from '../../lib/local/template.ts';
import type { Network } from '../../lib/network/network.ts';
import { anEmbeddedAws } from './embedded-aws.ts';
import { aMoment, anAudience, anIssuer, type Issuer } from './issuer.ts';
import { type Answered, overHttp } from './loopback.ts';

export const anAccount = '111122223333';
export const anotherAccount = '444455556666';
export const roleArn = (name = 'files', account = anAccount) => `arn:aws:iam::${account}:role/${name}`;
export const providerArn = (issuer = 'https://login.acme.example', account = anAccount) =>
  `arn:aws:iam::${account}:oidc-provider/${issuer.replace('https://', '')}`;

type ConditionBlock = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface TrustSettings {
  readonly effect?: 'Allow' | 'Deny';
  readonly principal?: unknown;
  readonly actions?: readonly string[];
  readonly when?: ConditionBlock;
}

/** A statement that lets the kit's issuer in unless told otherwise. */
export const aTrust = ({
  effect = 'Allow',
  principal = { Federated: providerArn() },
  actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'],
  when = {},
}: TrustSettings = {}) => ({ Effect: effect, Principal: principal, Action: actions, Condition: when });

export interface RoleSettings {
  readonly name?: string;
  readonly path?: string;
  readonly trust?: readonly TrustSettings[];
  readonly maxSessionSeconds?: number;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface StackSettings {
  readonly account?: string;
  readonly roles?: readonly RoleSettings[];
  /** Client IDs by issuer. */
  readonly providers?: Readonly<Record<string, readonly string[]>>;
}

/** A stack with the role `files`, which trusts the kit's issuer. */
export function aStack({
  account = anAccount,
  roles = [{}],
  providers = { 'https://login.acme.example': [anAudience] },
}: StackSettings = {}): StackTemplate {
  const made = roles.map(({ name = 'files', path, trust = [{}], maxSessionSeconds, tags }) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      ...(path && { Path: path }),
      ...(maxSessionSeconds && { MaxSessionDuration: maxSessionSeconds }),
      ...(tags && { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust.map(aTrust) },
    },
  }));
  const known = Object.entries(providers).map(([Url, ClientIdList]) => ({
    Type: 'AWS::IAM::OIDCProvider',
    Properties: { Url, ClientIdList },
  }));
  const Resources = Object.fromEntries([...made, ...known].map((each, index) => [`Resource${index}`, each]));
  return { account, region: 'us-east-1', template: { Resources } };
}

/** A stack whose role trusts under these conditions. */
export const aStackThatTrusts = (when: ConditionBlock) => aStack({ roles: [{ trust: [{ when }] }] });

export interface StsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly xml: string;
  /** The text of the first element of this name. */
  text(name: string): string | undefined;
  /** What a refusal consists of. */
  readonly error: {
    readonly status: number;
    readonly code: string | undefined;
    readonly message: string | undefined;
  };
}

type Form = Readonly<Record<string, string | undefined>>;

export interface EmbeddedSts {
  readonly address: string;
  readonly issuer: Issuer;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  /** A form as it is written. */
  post(form: string): Promise<StsAnswer>;
  /** AssumeRoleWithWebIdentity, good unless told otherwise; `undefined` takes a parameter away. */
  assume(parameters?: Form): Promise<StsAnswer>;
  /** AssumeRoleWithWebIdentity with a token of these claims and this header. */
  assumeAs(claims?: Readonly<Record<string, unknown>>, header?: Readonly<Record<string, unknown>>): Promise<StsAnswer>;
}

export interface EmbeddedStsSettings {
  readonly issuer?: Issuer;
  readonly stacks?: readonly StackTemplate[];
  /** By default the one on which the issuer answers. */
  readonly network?: Network;
  readonly clock?: () => Date;
}

export async function anEmbeddedSts({
  issuer = anIssuer(),
  stacks = [aStack()],
  network = issuer.network(),
  clock = () => aMoment,
}: EmbeddedStsSettings = {}): Promise<EmbeddedSts> {
  const { address, iam, sessions } = await anEmbeddedAws({ stacks, network, clock });
  const post = async (form: string) => stsAnswer(await overHttp(address, { headers: formHeaders, body: form }));
  const assume = (parameters: Form = {}) =>
    post(
      formOf({
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn(),
        RoleSessionName: 'alice',
        WebIdentityToken: issuer.token(),
        ...parameters,
      }),
    );
  const assumeAs: EmbeddedSts['assumeAs'] = (claims, header) =>
    assume({ WebIdentityToken: issuer.token(claims, header) });
  return { address, issuer, iam, sessions, post, assume, assumeAs };
}

export const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

export function formOf(form: Form): string {
  const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given).toString();
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function stsAnswer({ status, headers, body }: Answered): StsAnswer {
  const text = (name: string) =>
    new RegExp(`<${name}>([^<]*)</${name}>`)
      .exec(body)?.[1]
      ?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => entities[entity] ?? '');
  return { status, headers, xml: body, text, error: { status, code: text('Code'), message: text('Message') } };
}

/** A refusal of STS as a whole, for comparison with `StsAnswer.error`. */
export const refused = (status: number, code: string, message: string | undefined) => ({ status, code, message });
