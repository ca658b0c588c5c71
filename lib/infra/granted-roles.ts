import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  type AddToPrincipalPolicyResult,
  OidcProviderNative,
  PolicyDocument,
  PolicyStatement,
  PrincipalBase,
  type PrincipalPolicyFragment,
  Role,
  SamlMetadataDocument,
  SamlProvider,
  WebIdentityPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Configuration, FederatedProviderSettings, GrantSettings } from '../config/configuration.ts';
import { federatedProvider } from '../config/federated-provider.ts';
import type { StatementDocument } from '../grant/grant.ts';
import { type TrustPolicyDocument, trustPolicy } from '../grant/trust-policy.ts';
import { issuerName } from '../identity/oidc/condition-keys.ts';
import { vendorOf } from '../identity/oidc/vendors.ts';

export interface GrantedRolesProps {
  readonly configuration: Configuration;
  /**
   * The account whose roles these are, as the grants write it.
   * @default - the roles of the account that Daypass is deployed in
   */
  readonly account?: string;
  /** The address of the doors, without a path: assertions are meant for it. */
  readonly url?: string;
}

/**
 * The roles that the grants give in one account, and the IAM providers that they trust. Roles that grants name by
 * `arn` are left alone.
 */
export class GrantedRoles extends Construct {
  /** By the name of the grant. */
  readonly roles: ReadonlyMap<string, Role>;
  /** By the name of the grant: what a SAML identity provider must say of it in its Role attribute. */
  readonly pairs: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, { configuration, account, url }: GrantedRolesProps) {
    super(scope, id);
    const grants = [...configuration.grants.values()].filter(
      ({ role }) => role.kind === 'made' && role.account === account,
    );
    const needed = (name: string) => account === undefined || grants.some(({ from }) => from === name);
    const principals = new Map(
      [...configuration.providers.values()]
        .filter((each) => each.kind !== 'aws')
        .filter(({ name }) => needed(name))
        .map((each) => [each.name, this.principalOf(each)]),
    );
    const roles = new Map<string, Role>();
    const pairs = new Map<string, string>();
    for (const grant of grants) {
      const provider = configuration.providers.get(grant.from);
      const principal = principals.get(grant.from);
      if (!provider || provider.kind === 'aws' || !principal) continue;
      const role = this.roleFor(grant, trustPolicy(grant, federatedProvider(provider, url), principal));
      roles.set(grant.name, role);
      if (provider.kind === 'saml') pairs.set(grant.name, `${role.roleArn},${principal}`);
    }
    this.roles = roles;
    this.pairs = pairs;
  }

  /** What trust policies call the provider: a name that IAM has built in, or the ARN of its provider resource. */
  private principalOf(provider: FederatedProviderSettings): string {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'iam', region: '', resource, resourceName });
    const { name } = provider;
    switch (provider.kind) {
      case 'oidc': {
        const { issuer, audiences, iamProvider } = provider;
        const builtIn = vendorOf(issuer)?.builtIn;
        if (builtIn) return builtIn;
        if (iamProvider === 'existing') return arn('oidc-provider', issuerName(issuer));
        const made = new OidcProviderNative(this, `Provider-${name}`, { url: issuer, clientIds: [...audiences] });
        return made.oidcProviderArn;
      }
      case 'saml': {
        const { document, iamProvider, iamProviderName } = provider;
        if (iamProvider === 'existing') return arn('saml-provider', iamProviderName);
        const metadataDocument = SamlMetadataDocument.fromXml(document);
        return new SamlProvider(this, `Provider-${name}`, { name: iamProviderName, metadataDocument }).samlProviderArn;
      }
    }
  }

  private roleFor({ name, role }: GrantSettings, trust: TrustPolicyDocument): Role {
    if (role.kind !== 'made') throw new Error(`The role of ${name} is not made by Daypass.`);
    const made = new Role(this, `Role-${name}`, {
      roleName: role.roleName,
      description: `Given by the Daypass grant ${name}.`,
      assumedBy: new CompiledTrust(trust),
      maxSessionDuration: Duration.seconds(role.maxSessionSeconds),
      inlinePolicies: {
        permissions: PolicyDocument.fromJson({ Version: '2012-10-17', Statement: role.permissions }),
      },
    });
    for (const finding of wildcardFindings(role.permissions)) {
      Validations.of(made).acknowledge({
        id: `AwsSolutions-IAM5[${finding}]`,
        reason: `The operator's own words: grants.${name}.role.permissions in daypass.yaml.`,
      });
    }
    return made;
  }
}

/** As cdk-nag names them; it writes policy variables with angle brackets. */
function wildcardFindings(statements: readonly StatementDocument[]): readonly string[] {
  const named = (kind: string, texts: readonly string[]) =>
    texts.filter((text) => text.includes('*')).map((text) => `${kind}::${text.replace(/\$\{([^}]*)\}/g, '<$1>')}`);
  return [
    ...new Set(
      statements.flatMap(({ Action, Resource }) => [...named('Action', Action), ...named('Resource', Resource)]),
    ),
  ];
}

/** Lets a compiled trust policy stand where CDK wants a principal, to the letter. */
class CompiledTrust extends PrincipalBase {
  private readonly trust: TrustPolicyDocument;
  private readonly federated: WebIdentityPrincipal;

  constructor(trust: TrustPolicyDocument) {
    super();
    this.trust = trust;
    this.federated = new WebIdentityPrincipal(trust.Statement[0]?.Principal.Federated ?? '');
  }

  override get policyFragment(): PrincipalPolicyFragment {
    return this.federated.policyFragment;
  }

  override addToAssumeRolePolicy(document: PolicyDocument): void {
    document.addStatements(...this.trust.Statement.map((statement) => PolicyStatement.fromJson(statement)));
  }

  override addToPrincipalPolicy(): AddToPrincipalPolicyResult {
    return { statementAdded: false };
  }

  override dedupeString(): string {
    return JSON.stringify(this.trust);
  }
}
