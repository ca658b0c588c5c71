// What is special about the identity providers that people use. A vendor is a row, never an `if` elsewhere.
// Condition keys: IAM User Guide, "Available keys for AWS OIDC federation".

/** A claim that names one tenant of a shared issuer, and what a value must look like to name exactly one. */
export interface TenancyClaim {
  readonly claim: string;
  /** Tested against each value of the condition, wildcards included. */
  readonly pins: RegExp;
  readonly example: string;
}

export interface Vendor {
  readonly title: string;
  /** Used where the configuration names the vendor and no issuer. */
  readonly issuer?: string;
  readonly form: RegExp;
  readonly formExample: string;
  /** Where the token's audience comes from. */
  readonly audience: string;
  /** Not empty: the issuer signs for everybody, so a grant must say for whom. */
  readonly tenancy: readonly TenancyClaim[];
  /** Claims that AWS turns into condition keys beside `aud`, `sub`, `amr` and `email`. */
  readonly conditionKeys: readonly string[];
  /** IAM knows the issuer by this name and needs no provider resource. */
  readonly builtIn?: string;
}

const whole = /^[^*?]+$/;
const digits = /^\d+$/;
/** `owner/…`: the owner whole, whatever follows. */
const owner = /^[^*?/:]+\/./;

const exactly = (claim: string, example: string, pins = whole): TenancyClaim => ({ claim, example, pins });

export const vendors = {
  github: {
    title: 'GitHub Actions',
    issuer: 'https://token.actions.githubusercontent.com',
    form: /^https:\/\/(token\.actions\.githubusercontent\.com(\/[\w-]+)?|token\.actions\.[\w-]+\.ghe\.com)$/,
    formExample: 'https://token.actions.githubusercontent.com',
    audience: 'what the workflow asks for; sts.amazonaws.com by default',
    tenancy: [
      { claim: 'sub', pins: /^(repo:[^*?/:]+\/.|repository_owner(_id)?:[^*?:]+(:|$))/, example: 'repo:acme/*' },
      { claim: 'repository', pins: owner, example: 'acme/*' },
      exactly('repository_id', '123456', digits),
      exactly('repository_owner_id', '123456', digits),
      exactly('enterprise_id', '123456', digits),
    ],
    conditionKeys: [
      'actor',
      'actor_id',
      'enterprise_id',
      'environment',
      'job_workflow_ref',
      'ref',
      'repository',
      'repository_id',
      'repository_owner_id',
      'workflow',
    ],
  },
  gitlab: {
    title: 'GitLab.com',
    issuer: 'https://gitlab.com',
    form: /^https:\/\/gitlab\.com$/,
    formExample: 'https://gitlab.com (your own GitLab is an issuer like any other: leave vendor out)',
    audience: 'the aud of the id_tokens entry in .gitlab-ci.yml',
    tenancy: [
      { claim: 'sub', pins: /^project_path:[^*?/:]+\/./, example: 'project_path:acme/*' },
      exactly('namespace_id', '72', digits),
      exactly('project_id', '20', digits),
    ],
    conditionKeys: [
      'namespace_id',
      'pipeline_source',
      'project_id',
      'ref_protected',
      'runner_environment',
      'user_access_level',
      'user_email',
      'user_id',
      'user_login',
    ],
  },
  terraform: {
    title: 'HCP Terraform',
    issuer: 'https://app.terraform.io',
    form: /^https:\/\/app\.(eu\.)?terraform\.io$/,
    formExample: 'https://app.terraform.io',
    audience: 'the audience of the workspace variable; aws.workload.identity by default',
    tenancy: [{ claim: 'sub', pins: /^organization:[^*?:]+:./, example: 'organization:acme:*' }],
    conditionKeys: [],
  },
  buildkite: {
    title: 'Buildkite',
    issuer: 'https://agent.buildkite.com',
    form: /^https:\/\/agent\.buildkite\.com$/,
    formExample: 'https://agent.buildkite.com',
    audience: 'what the job asks for; sts.amazonaws.com for AWS',
    tenancy: [
      { claim: 'sub', pins: /^organization:[^*?:]+:./, example: 'organization:acme:*' },
      exactly('organization_slug', 'acme'),
      exactly('organization_id', '0184990a-477b-4fa8-9968-496074483k77'),
    ],
    conditionKeys: [
      'build_branch',
      'cluster_id',
      'cluster_name',
      'organization_id',
      'organization_slug',
      'pipeline_id',
      'pipeline_slug',
    ],
  },
  google: {
    title: 'Google',
    issuer: 'https://accounts.google.com',
    form: /^https:\/\/accounts\.google\.com$/,
    formExample: 'https://accounts.google.com',
    audience: 'the OAuth client ID',
    tenancy: [
      exactly('hd', 'acme.example'),
      exactly('sub', '110169484474386276334', digits),
      exactly('email', 'alice@acme.example'),
    ],
    conditionKeys: [],
    builtIn: 'accounts.google.com',
  },
  entra: {
    title: 'Microsoft Entra ID',
    form: /^https:\/\/(login\.microsoftonline\.com\/(?!9188040d-)[0-9a-f-]{36}\/v2\.0|sts\.windows\.net\/(?!9188040d-)[0-9a-f-]{36}\/)$/,
    formExample:
      'https://login.microsoftonline.com/{tenant id}/v2.0, with the tenant id, never common or organizations',
    audience: 'the application (client) ID',
    tenancy: [],
    conditionKeys: [],
  },
  entraPersonal: {
    title: 'Microsoft personal accounts',
    issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    form: /^https:\/\/(login\.microsoftonline\.com|sts\.windows\.net)\/9188040d-/,
    formExample: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    audience: 'the application (client) ID',
    tenancy: [exactly('sub', 'AAAAAAAAAAAAAAAAAAAAAMLkPW'), exactly('oid', '00000000-0000-0000-66f3-3332eca7ea81')],
    conditionKeys: [],
  },
  okta: {
    title: 'Okta',
    form: /^https:\/\/[\w-]+\.(okta|okta-emea|oktapreview)\.com(\/oauth2\/[\w-]+)?$/,
    formExample: 'https://acme.okta.com or https://acme.okta.com/oauth2/default',
    audience: 'the client ID for ID tokens',
    tenancy: [],
    conditionKeys: [],
  },
  auth0: {
    title: 'Auth0',
    form: /^https:\/\/[\w-]+(\.[\w-]+)?\.auth0\.com\/$/,
    formExample: 'https://acme.eu.auth0.com/ (with the slash at the end)',
    audience: 'the client ID for ID tokens',
    tenancy: [],
    conditionKeys: [],
  },
  cognito: {
    title: 'Amazon Cognito user pools',
    form: /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com(\.cn)?\/[\w-]+$/,
    formExample: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123',
    audience: 'the app client ID; send the ID token, an access token has no aud',
    tenancy: [],
    conditionKeys: [],
  },
} as const satisfies Record<string, Vendor>;

export type VendorName = keyof typeof vendors;

export const vendorNames = Object.keys(vendors) as [VendorName, ...VendorName[]];

/** Known by its form, whether or not the configuration says so: a shared issuer is shared all the same. */
export function vendorOf(issuer: string): Vendor | undefined {
  return Object.values<Vendor>(vendors).find(({ form }) => form.test(issuer));
}

/** The vendor that an issuer looks like but for case or a slash at the end: no token bears such an issuer. */
export function lookAlikeOf(issuer: string): Vendor | undefined {
  if (vendorOf(issuer)) return undefined;
  const plain = issuer.toLowerCase().replace(/\/+$/, '');
  return vendorOf(plain) ?? vendorOf(`${plain}/`);
}
