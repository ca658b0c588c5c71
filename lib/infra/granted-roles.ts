import { Aws, Duration, Fn, Stack, Token, Validations } from 'aws-cdk-lib';
import {
  type AddToPrincipalPolicyResult,
  ArnPrincipal,
  type CfnRole,
  type IPrincipal,
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
import { Construct, type IConstruct } from 'constructs';
import type { Configuration, FederatedProviderSettings, GrantSettings } from '../config/configuration.ts';
import { grantedTrust } from '../config/granted-trust.ts';
import type { StatementDocument } from '../grant/grant.ts';
import { type TrustPolicyDocument, vouchedAudience } from '../grant/trust-policy.ts';
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
  /**
   * What tokens that Daypass signs call their issuer.
   * @default - the address of the doors
   */
  readonly issuer?: string;
  /**
   * The account that Daypass is deployed in: what roles of grants that chain trust.
   * @default - this one, where `account` is not given; otherwise a grant that chains is an error
   */
  readonly home?: string;
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

  constructor(scope: Construct, id: string, props: GrantedRolesProps) {
    super(scope, id);
    const { configuration, account, url, issuer = url } = props;
    const grants = [...configuration.grants.values()].filter(
      ({ role }) => role.kind === 'made' && role.account === account,
    );
    const home = props.home ?? homeOf(grants, account);
    const needed = (name: string) => {
      const using = (account === undefined ? [...configuration.grants.values()] : grants).filter(
        ({ from }) => from === name,
      );
      // One that no role trusts would only be one more door to watch.
      return using.some(({ way }) => way === 'forward') || (account === undefined && using.length === 0);
    };
    const principals = new Map(
      [...configuration.providers.values()]
        .filter((each) => each.kind !== 'aws')
        .filter(({ name }) => needed(name))
        .map((each) => [each.name, this.principalOf(each)]),
    );
    const ourPrincipal = grants.some(({ way }) => way === 'vouch') ? this.ourselves(issuer) : '';
    const roles = new Map<string, Role>();
    const pairs = new Map<string, string>();
    for (const grant of grants) {
      const provider = configuration.providers.get(grant.from);
      if (!provider) continue;
      const principal = principals.get(grant.from) ?? '';
      const { partition, organization } = { partition: Aws.PARTITION, ...configuration };
      const scene = { provider, url, principal, ourPrincipal, partition, home, organization };
      const role = this.roleFor(grant, (iss) => grantedTrust(grant, { ...scene, issuer: iss }), issuer ?? '');
      roles.set(grant.name, role);
      if (provider.kind === 'saml' && grant.way === 'forward') pairs.set(grant.name, `${role.roleArn},${principal}`);
    }
    this.roles = roles;
    this.pairs = pairs;
  }

  /** The IAM OIDC provider of our own issuer, for roles of grants that vouch. */
  private ourselves(issuer: string | undefined): string {
    if (issuer === undefined) throw new Error('The roles of grants that vouch need the address of the doors.');
    const made = new OidcProviderNative(this, 'Daypass', { url: issuer, clientIds: [vouchedAudience] });
    return made.oidcProviderArn;
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

  private roleFor(
    { name, role }: GrantSettings,
    trustFor: (issuer: string) => TrustPolicyDocument,
    issuer: string,
  ): Role {
    if (role.kind !== 'made') throw new Error(`The role of ${name} is not made by Daypass.`);
    const isKnown = !Token.isUnresolved(issuer);
    const trust = trustFor(isKnown ? issuer : laterIssuer);
    const made = new Role(this, `Role-${name}`, {
      roleName: role.roleName,
      description: `Given by the Daypass grant ${name}.`,
      assumedBy: new CompiledTrust(trust),
      maxSessionDuration: Duration.seconds(role.maxSessionSeconds),
      inlinePolicies: {
        permissions: PolicyDocument.fromJson({ Version: '2012-10-17', Statement: role.permissions }),
      },
    });
    if (!isKnown) writeLater(made, trust, issuer);
    acknowledgePermissions(made, name, role.permissions);
    return made;
  }
}

/** In another account's stack the account of the stack is the wrong one: its own roles would be let in. */
function homeOf(grants: readonly GrantSettings[], account: string | undefined): string {
  const chained = grants.filter(({ way }) => way === 'chain').map(({ name }) => name);
  if (account !== undefined && chained.length > 0) {
    throw new Error(
      `The roles of ${chained.join(', ')} in account ${account} trust the account that Daypass is deployed in, which is not known here: give the app its env, as env: { account: '111122223333' }, or set CDK_DEFAULT_ACCOUNT; an AccountRolesStack takes it as home.`,
    );
  }
  return Aws.ACCOUNT_ID;
}

const laterIssuer = 'https://issuer.is.known.later';
const laterProvider = 'provider.is.known.later';

/**
 * Keys of a template cannot refer to anything, and condition keys carry the issuer. CloudFormation takes the whole
 * document as text, too, and in a text `Fn::Sub` puts the host where it belongs.
 */
function writeLater(role: Role, trust: TrustPolicyDocument, issuer: string): void {
  const { Federated: provider } = { Federated: '', ...trust.Statement[0]?.Principal };
  const text = JSON.stringify(trust)
    // Before anything is escaped: as long as it is not resolved, its name has ${ in it.
    .replaceAll(JSON.stringify(provider), JSON.stringify(laterProvider))
    .replaceAll('${', '${!')
    .replaceAll(issuerName(laterIssuer), '${Host}')
    .replaceAll(laterProvider, '${Provider}');
  if (!text.includes('${Host}')) return;
  const host = Fn.select(1, Fn.split('://', issuer));
  const document = Fn.sub(text, { Host: host, Provider: provider });
  (role.node.defaultChild as CfnRole).addPropertyOverride('AssumeRolePolicyDocument', document);
}

/** What the operator allows with wildcards is his to judge. */
export function acknowledgePermissions(
  holder: IConstruct,
  grant: string,
  permissions: readonly StatementDocument[],
): void {
  for (const finding of wildcardFindings(permissions)) {
    Validations.of(holder).acknowledge({
      id: `AwsSolutions-IAM5[${finding}]`,
      reason: `The operator's own words: grants.${grant}.role.permissions in daypass.yaml.`,
    });
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
  private readonly principal: IPrincipal;

  constructor(trust: TrustPolicyDocument) {
    super();
    this.trust = trust;
    const [statement] = trust.Statement;
    const { Federated: federated = '', AWS: arn } = { ...statement?.Principal } as { Federated?: string; AWS?: string };
    this.principal = arn === undefined ? new WebIdentityPrincipal(federated) : new ArnPrincipal(arn);
  }

  override get policyFragment(): PrincipalPolicyFragment {
    return this.principal.policyFragment;
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
