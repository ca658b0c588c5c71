// The embedded AWS with SAML providers in its accounts: stacks written by hand, calls over real loopback HTTP.

import type { Sessions } from '../../../lib/local/aws/sessions.ts';
import type { StackTemplate } from '../../../lib/local/template.ts';
import { anEmbeddedAws } from '../../kit/embedded-aws.ts';
import { aMoment } from '../../kit/issuer.ts';
import { overHttp } from '../../kit/loopback.ts';
import type { ResponseSettings, SamlIdp } from '../../kit/saml-idp.ts';
import {
  anAccount,
  formHeaders,
  formOf,
  roleArn,
  type StsAnswer,
  stsAnswer,
  type TrustSettings,
} from '../../kit/sts.ts';

/** As the SAML identity provider of the kit names them in its assertions. */
export const filesArn = roleArn('daypass-files');
export const samlProviderArn = (name = 'daypass-corp', account = anAccount) =>
  `arn:aws:iam::${account}:saml-provider/${name}`;

const metadataNamespaces = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';

/** Metadata as an operator has it. IAM takes nothing shorter than 1000 characters. */
export const metadataOf = ({ entityId, certificate }: Pick<SamlIdp, 'entityId' | 'certificate'>) =>
  `<EntityDescriptor ${metadataNamespaces} entityID="${entityId}">` +
  '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">' +
  `<KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${certificate}` +
  '</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor><SingleSignOnService' +
  ' Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.acme.example/sso"/>' +
  `</IDPSSODescriptor></EntityDescriptor>${' '.repeat(1000)}`;

export interface SamlRoleSettings {
  readonly name?: string;
  readonly path?: string;
  readonly trust?: readonly TrustSettings[];
  readonly maxSessionSeconds?: number;
}

export interface SamlStackSettings {
  readonly account?: string;
  readonly roles?: readonly SamlRoleSettings[];
  readonly providers?: Readonly<Record<string, SamlIdp>>;
}

const aSamlTrust = ({
  effect = 'Allow',
  principal = { Federated: samlProviderArn() },
  actions = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
  when = {},
}: TrustSettings) => ({ Effect: effect, Principal: principal, Action: actions, Condition: when });

/** A stack with the role `daypass-files`, which trusts the provider `daypass-corp`. */
export function aSamlStack({ account = anAccount, roles = [{}], providers = {} }: SamlStackSettings): StackTemplate {
  const made = roles.map(({ name = 'daypass-files', path, trust = [{}], maxSessionSeconds }) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: name,
      ...(path && { Path: path }),
      ...(maxSessionSeconds && { MaxSessionDuration: maxSessionSeconds }),
      AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: trust.map(aSamlTrust) },
    },
  }));
  const known = Object.entries(providers).map(([Name, idp]) => ({
    Type: 'AWS::IAM::SAMLProvider',
    Properties: { Name, SamlMetadataDocument: metadataOf(idp) },
  }));
  const Resources = Object.fromEntries([...made, ...known].map((each, index) => [`Resource${index}`, each]));
  return { account, region: 'us-east-1', template: { Resources } };
}

type Form = Readonly<Record<string, string | undefined>>;

export interface EmbeddedSamlSts {
  readonly address: string;
  readonly sessions: Sessions;
  /** The unique id of a role. */
  idOf(arn: string): string | undefined;
  /** AssumeRoleWithSAML, good unless told otherwise; `undefined` takes a parameter away. */
  assume(parameters?: Form): Promise<StsAnswer>;
  /** AssumeRoleWithSAML with a response of these settings. */
  assumeAs(settings?: ResponseSettings, parameters?: Form): Promise<StsAnswer>;
}

export interface EmbeddedSamlStsSettings {
  readonly idp: SamlIdp;
  readonly stacks?: readonly StackTemplate[];
  readonly clock?: () => Date;
}

export async function anEmbeddedSamlSts({
  idp,
  stacks = [aSamlStack({ providers: { 'daypass-corp': idp } })],
  clock = () => aMoment,
}: EmbeddedSamlStsSettings): Promise<EmbeddedSamlSts> {
  const { address, iam, sessions } = await anEmbeddedAws({ stacks, clock });
  const assume: EmbeddedSamlSts['assume'] = async (parameters = {}) => {
    const form = {
      Action: 'AssumeRoleWithSAML',
      Version: '2011-06-15',
      RoleArn: filesArn,
      PrincipalArn: samlProviderArn(),
      SAMLAssertion: idp.response(),
      ...parameters,
    };
    return stsAnswer(await overHttp(address, { headers: formHeaders, body: formOf(form) }));
  };
  return {
    address,
    sessions,
    idOf: (arn) => iam.role(arn)?.id,
    assume,
    assumeAs: (settings = {}, parameters = {}) => assume({ SAMLAssertion: idp.response(settings), ...parameters }),
  };
}
