// Every environment variable, and the only place that reads them. Infra writes the doors' with the same names.

export const variables = {
  /** The configuration file. Deployed: the JSON beside the bundle. Locally: the YAML to start or synthesise. */
  configuration: 'DAYPASS_CONFIG',
  /** The account whose roles the grants without an `arn` name. */
  accountId: 'DAYPASS_ACCOUNT_ID',
  partition: 'DAYPASS_PARTITION',
  /** The address of the doors, without a path. For doors that tell it, and those that speak SAML. */
  url: 'DAYPASS_URL',
  /** The DynamoDB table of what is remembered. For doors that use it. */
  table: 'DAYPASS_TABLE',
  /** What tokens that Daypass signs call their issuer. For doors that vouch, and the one that publishes keys. */
  issuer: 'DAYPASS_ISSUER',
  /** ARNs of KMS keys, with commas between: the first one signs, the others are published with it. */
  signingKeys: 'DAYPASS_SIGNING_KEYS',
  /** The grant that the canary asks for. */
  canaryGrant: 'DAYPASS_CANARY_GRANT',
  /** The secret with the access key of the IAM user that asks for federation tokens. */
  federationSecret: 'DAYPASS_FEDERATION_SECRET',
  /** The DynamoDB table in which exchanges are found again. For what writes and what reads it. */
  auditTable: 'DAYPASS_AUDIT_TABLE',
  /** For how many days it keeps them. */
  auditDays: 'DAYPASS_AUDIT_DAYS',
  /** Where that table is, when it is in another Region. */
  tableRegion: 'DAYPASS_TABLE_REGION',
  /** Set by Lambda. */
  region: 'AWS_REGION',
} as const;

/** Those of a person's machine, which no door knows. */
export const machineVariables = {
  /** Where the command line finds Daypass, when no sign-in says so. */
  endpoint: 'DAYPASS_ENDPOINT',
  /** Where the command line keeps what it knows. */
  home: 'DAYPASS_HOME',
  /** The first of the local stack's ports. */
  port: 'DAYPASS_PORT',
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

/** What a deployed door needs to know. Pointers only; what operators decide stands in the configuration. */
export interface DoorEnvironment {
  readonly configurationFile: string;
  readonly accountId: string;
  readonly partition: string;
  readonly region: string;
  /** `undefined` for doors that need none. */
  readonly url: string | undefined;
  readonly table: string | undefined;
  readonly issuer: string | undefined;
  readonly signingKeys: readonly string[];
  readonly federationSecret: string | undefined;
  readonly canaryGrant?: string | undefined;
  readonly auditTable?: string | undefined;
  readonly auditDays?: string | undefined;
  /** The Region of the table, where it is another. */
  readonly tableRegion?: string | undefined;
}

/** Throws a plain `Error` that names the variable that is missing. */
export function doorEnvironment(environment: Environment = process.env): DoorEnvironment {
  return {
    configurationFile: required(environment, variables.configuration),
    accountId: required(environment, variables.accountId),
    partition: required(environment, variables.partition),
    region: required(environment, variables.region),
    url: environment[variables.url],
    table: environment[variables.table],
    issuer: environment[variables.issuer],
    signingKeys: environment[variables.signingKeys]?.split(',') ?? [],
    federationSecret: environment[variables.federationSecret],
    canaryGrant: environment[variables.canaryGrant],
    auditTable: environment[variables.auditTable],
    auditDays: environment[variables.auditDays],
    tableRegion: environment[variables.tableRegion],
  };
}

/** The credentials of the function's own role. Throws a plain `Error` that names the variable that is missing. */
export const functionCredentials = (environment: Environment = process.env) => ({
  accessKeyId: required(environment, 'AWS_ACCESS_KEY_ID'),
  secretAccessKey: required(environment, 'AWS_SECRET_ACCESS_KEY'),
  sessionToken: required(environment, 'AWS_SESSION_TOKEN'),
});

/** Lambda sets AWS_LAMBDA_FUNCTION_NAME in every function and nowhere else. */
export const onLambda = (environment: Environment = process.env) => environment.AWS_LAMBDA_FUNCTION_NAME !== undefined;

export interface LocalEnvironment {
  /** `undefined`: the daypass.yaml of the working directory. */
  readonly configurationFile: string | undefined;
  readonly port: number;
}

/** What DAYPASS_CONFIG names; `undefined`: the daypass.yaml of the working directory. */
export const configurationFile = (environment: Environment = process.env) => environment[variables.configuration];

export const defaultPort = 8787;
const portsInARow = 4;
const highestPort = 65_536 - portsInARow;

export function localEnvironment(environment: Environment = process.env): LocalEnvironment {
  const written = environment[machineVariables.port] ?? String(defaultPort);
  const port = Number(written);
  if (!/^\d+$/.test(written) || port < 1 || port > highestPort) {
    throw new Error(`${machineVariables.port} is "${written}"; it must be a port from 1 to ${highestPort}.`);
  }
  return { configurationFile: configurationFile(environment), port };
}

/** What the command line needs to know of the machine it runs on. */
export interface CliEnvironment {
  readonly endpoint: string | undefined;
  /** A folder; `undefined`: that of the operating system. */
  readonly home: string | undefined;
  readonly awsConfigFile: string | undefined;
  /** Whether a browser can be opened for the person. */
  readonly hasDisplay: boolean;
  /** All of it, for a command that is run with credentials. */
  readonly all: Environment;
}

export function cliEnvironment(environment: Environment = process.env): CliEnvironment {
  const {
    XDG_CONFIG_HOME: config,
    AWS_CONFIG_FILE: awsConfigFile,
    DISPLAY,
    WAYLAND_DISPLAY,
    SSH_CONNECTION,
  } = environment;
  return {
    endpoint: environment[machineVariables.endpoint],
    home: environment[machineVariables.home] ?? (config && `${config}/daypass`),
    awsConfigFile,
    hasDisplay: process.platform !== 'linux' ? !SSH_CONNECTION : Boolean(DISPLAY ?? WAYLAND_DISPLAY),
    // As it was when the command began.
    all: { ...environment },
  };
}

/** Set by the command line itself, for what the AWS SDK starts while it looks for credentials. */
export const signingVariable = 'DAYPASS_SIGNING';

/** For a credential_process that would ask the command line, which asks the AWS configuration, which asks it again. */
export function markSigning(environment: Record<string, string | undefined> = process.env): void {
  environment[signingVariable] = '1';
}

/** What the CDK command line found out about where it deploys to. */
export function cdkEnvironment(environment: Environment = process.env): { account?: string; region?: string } {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = environment;
  return { ...(account && { account }), ...(region && { region }) };
}

const required = (environment: Environment, name: string) => given(environment[name], name);

/** Throws a plain `Error` that names the variable when it has no value. */
export function given(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is missing.`);
  return value;
}
