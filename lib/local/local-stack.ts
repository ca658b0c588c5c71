// Everything on one machine: the gateway with the real doors, the embedded AWS, the identity provider.

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { AwsError } from '../aws-query/aws-error.ts';
import type { OpenDoor, OpenListener, Rim } from '../door.ts';
import { doorEnvironment, variables } from '../environment.ts';
import { httpsNetwork } from '../network/https-network.ts';
import type { Network } from '../network/network.ts';
import type { DoorName, Route } from '../routes.ts';
import { judge } from './aws/access.ts';
import { awsServer } from './aws/aws-server.ts';
import { embeddedDynamoDb } from './aws/dynamodb.ts';
import { federation } from './aws/federation.ts';
import { declaredIam } from './aws/iam/from-template.ts';
import type { AccessKey, EmbeddedIam } from './aws/iam/iam.ts';
import { furnish, settle } from './aws/inhabitants.ts';
import { kmsService } from './aws/kms.ts';
import type { Buckets } from './aws/s3/buckets.ts';
import { embeddedSecrets, type Rotating } from './aws/secrets-manager.ts';
import { type Sessions, sessions as sessionsOf } from './aws/sessions.ts';
import { type SignedRequest, verifySignatureV4 } from './aws/signature-v4.ts';
import { issuerOf, localIssuerPath } from './aws/web-identity-issuer.ts';
import { corsOf, type DeployedFunction, deployed, deployedDoors } from './deployed-doors.ts';
import { gatewayServer, type IamCaller, localApiId } from './gateway.ts';
import { oidcIdpServer } from './idp/oidc-idp.ts';
import type { OidcIdpSettings } from './idp/provider-configuration.ts';
import { close, listen, loopback } from './listen.ts';
import { type Deliveries, deliveries, type Listener, subscriptionsIn } from './log-subscriptions.ts';
import { type SamlIdpSettings, samlIdpServer } from './saml-idp/saml-idp.ts';
import { allTo, standInNetwork } from './stand-ins.ts';
import { resourcesOf, type StackTemplate } from './template.ts';

export interface LocalStackSettings {
  /** The stack that Daypass itself is in, then those of other accounts. */
  readonly stacks: readonly [StackTemplate, ...StackTemplate[]];
  /** Where synthesis put the functions' files. */
  readonly assembly: string;
  /** A door by its name and the folder of its bundle. */
  readonly openDoor: (door: DoorName, bundle: string) => OpenDoor;
  /** What hears the logs of doors, by the folder of its bundle. */
  readonly openListener: (bundle: string) => OpenListener;
  /** What rotates a secret, by the folder of its bundle; for templates that have some. */
  readonly openRotation?: (bundle: string) => OpenListener;
  /** The first of four in a row: gateway, AWS, OIDC and SAML identity providers. */
  readonly port: number;
  /** The configured issuer that the identity provider issues for; none leaves it out. */
  readonly identityProvider: Omit<OidcIdpSettings, 'address'> | undefined;
  /** What the SAML identity provider stands in for; none leaves it out. */
  readonly samlIdentityProvider: SamlIdpSettings | undefined;
  /** What tokens that Daypass signs call their issuer; STS then asks the gateway. */
  readonly ourIssuer?: string;
  /** Other configured issuers that something on this machine stands in for. */
  readonly standIns: ReadonlyMap<string, string>;
  /** Accounts of the organisation besides those of the stacks. */
  readonly otherAccounts?: readonly string[];
  /** Regions that are off at AWS until an account switches them on. */
  readonly enabledRegions?: readonly string[];
  /** The private key under an ARN, as PEM. */
  readonly secret: (arn: string) => Promise<string>;
  readonly clock: () => Date;
  readonly writeLine: (line: string) => void;
}

type SessionCredentials = Awaited<ReturnType<NonNullable<Rim['embeddedAws']>['credentials']>>;

export interface LocalStack {
  readonly gateway: string;
  readonly aws: string;
  /** `undefined` where none was wanted. */
  readonly identityProvider: string | undefined;
  readonly samlIdentityProvider: string | undefined;
  /** The keys of an administrator of the account that Daypass is in. */
  readonly administrator: AccessKey;
  /** Resolves when the lines that were written are heard by whoever subscribes to them. */
  settled(): Promise<void>;
  /** What Lambda gives a function of this role. */
  roleCredentials(roleArn: string): SessionCredentials;
  /** Rotates every secret that the template has rotated. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when everything listens. Rejects, with nothing left running, when a port is taken. */
export async function startLocalStack(settings: LocalStackSettings): Promise<LocalStack> {
  const { stacks, port, identityProvider, samlIdentityProvider, clock } = settings;
  const address = (offset: number) => `http://${loopback}:${port + offset}`;
  const [gateway, aws, idp, samlIdp] = [address(0), address(1), address(2), address(3)];
  const standIns = new Map(settings.standIns);
  if (identityProvider) standIns.set(identityProvider.issuer, idp);
  const { otherAccounts = [], enabledRegions = [] } = settings;
  const iam = declaredIam({ stacks, otherAccounts, now: clock() });
  const administrator = settle(iam, clock());
  const buckets: Buckets = new Map();
  furnish(buckets, iam.management, clock());
  const { ourIssuer } = settings;
  if (ourIssuer !== undefined) standIns.set(ourIssuer, gateway);
  for (const account of iam.accounts.keys()) standIns.set(issuerOf(account), aws + localIssuerPath(account));
  const network = standInNetwork(standIns, httpsNetwork({ privateAddresses: 'refused' }));

  const sessions = sessionsOf(clock);
  const hasTable = resourcesOf(stacks[0], 'AWS::DynamoDB::Table').length > 0;
  const dynamoDb = hasTable ? await embeddedDynamoDb({ stack: stacks[0], iam, sessions }) : undefined;
  const signIn = federation(sessions, iam);
  const secrets = embeddedSecrets({ stack: stacks[0], iam, sessions });
  const others = new Map([
    ['kms', kmsService({ stack: stacks[0], iam, sessions })],
    ['secretsmanager', secrets.service],
  ]);
  const embedded = { iam, sessions, buckets, network, clock, federation: signIn, dynamoDb, others, enabledRegions };
  const around = { settings, documents: network, aws, iam, sessions };
  const logs = logsOf(around);
  const doorsServer = gatewayOf(around, logs);
  const rotateAll = async () => {
    for (const { arn, by } of rotationsOf(around)) await secrets.rotate(arn, by);
  };
  const servers = new Map<number, Server>([
    [port, doorsServer],
    [port + 1, awsServer(embedded)],
  ]);
  if (identityProvider) servers.set(port + 2, oidcIdpServer({ ...identityProvider, address: idp }));
  if (samlIdentityProvider) servers.set(port + 3, samlIdpServer(samlIdentityProvider));
  const stop = async () => {
    await close(doorsServer);
    await logs.settled();
    await Promise.all([...servers.values()].map(close));
    await dynamoDb?.stop();
  };
  try {
    for (const [each, server] of servers) await listen(server, each);
    // As the first rotation is, when a schedule is made.
    await rotateAll();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    gateway,
    aws,
    identityProvider: identityProvider && idp,
    samlIdentityProvider: samlIdentityProvider && samlIdp,
    administrator,
    settled: logs.settled,
    rotate: rotateAll,
    roleCredentials: (roleArn) => roleCredentials(roleArn, around),
    stop,
  };
}

/** Each secret of the template that is rotated, and the function that does it. */
function rotationsOf(around: Around): readonly { readonly arn: string; readonly by: Rotating }[] {
  const { stacks, openRotation, writeLine } = around.settings;
  const functions = resourcesOf(stacks[0], 'AWS::Lambda::Function');
  return resourcesOf(stacks[0], 'AWS::SecretsManager::RotationSchedule').map(({ properties, logicalId }) => {
    const target = functions.find(({ arn }) => arn === properties.RotationLambdaARN);
    if (!target || !openRotation) throw new Error(`Nobody rotates what ${logicalId} says.`);
    const { bundle, ...rim } = rimOf(deployed(target), around, writeLine);
    return { arn: String(properties.SecretId), by: openRotation(bundle)(rim) };
  });
}

/** What stands around all functions. */
interface Around {
  readonly settings: LocalStackSettings;
  readonly documents: Network;
  readonly aws: string;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
}

const functionSessionSeconds = 3600;

/** What Lambda gives a function: a session of its role. */
function roleCredentials(roleArn: string, { iam, sessions, settings: { clock } }: Around): SessionCredentials {
  const role = iam.role(roleArn);
  if (!role) throw new Error(`The template has no role ${roleArn}.`);
  const { accessKeyId, secretAccessKey, sessionToken, expires } = sessions.issue({
    account: role.account,
    principal: { kind: 'role', roleId: role.id, sessionName: 'function' },
    expires: new Date(clock().getTime() + functionSessionSeconds * 1000),
  });
  return { accessKeyId, secretAccessKey, sessionToken, expiration: expires };
}

/** The rim of a function of the template, which writes into its own log. */
function rimOf(
  { environment, asset, roleArn }: DeployedFunction,
  around: Around,
  writeLine: (line: string) => void,
): Rim & { readonly bundle: string } {
  const { settings, documents, aws } = around;
  const { stacks, assembly, secret, clock } = settings;
  const bundle = join(assembly, asset);
  return {
    bundle,
    environment: () => doorEnvironment({ ...environment, [variables.region]: stacks[0].region }),
    configuration: (file) => readFileSync(join(bundle, file), 'utf8'),
    documents,
    sts: allTo(aws),
    secret,
    embeddedAws: { endpoint: aws, credentials: async () => roleCredentials(roleArn, around) },
    clock,
    writeLine,
  };
}

/** Lines of the doors, to the functions that subscribe to their logs. */
function logsOf(around: Around): Deliveries {
  const { stacks, openListener, clock, writeLine } = around.settings;
  const [home] = stacks;
  const subscriptions = subscriptionsIn(home);
  const listeners = new Map<string, Listener>();
  for (const { target } of subscriptions) {
    if (listeners.has(target.logicalId)) continue;
    const { bundle, ...rim } = rimOf(deployed(target), around, writeLine);
    listeners.set(target.logicalId, openListener(bundle)(rim));
  }
  return deliveries({
    subscriptions,
    listeners,
    account: home.account,
    clock,
    undelivered: (why) => writeLine(JSON.stringify({ event: 'undelivered', time: clock().toISOString(), why })),
  });
}

function gatewayOf(around: Around, logs: Deliveries): Server {
  const { iam, sessions, settings } = around;
  const { stacks, openDoor, clock, writeLine } = settings;
  const [home] = stacks;
  const doors = deployedDoors(home);
  const first = new Map(doors.map((door) => [door.route.door, door]));
  const handlers = [...first.values()].map((door) => {
    const { bundle, ...rim } = rimOf(door, around, (line) => {
      writeLine(line);
      logs.line(door.logGroup, line);
    });
    return [door.route.door, openDoor(door.route.door, bundle)(rim)] as const;
  });
  return gatewayServer({
    routes: doors.map(({ route }) => route),
    handlers: new Map(handlers),
    cors: corsOf(home),
    account: home.account,
    clock,
    authorize: (request, route) => operatorOf(request, route, { home, iam, sessions, now: clock() }),
  });
}

interface Authorizing {
  readonly home: StackTemplate;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  readonly now: Date;
}

/** As API Gateway asks IAM: the signature, and execute-api:Invoke on the route. */
function operatorOf(
  request: SignedRequest,
  { method, path }: Route,
  { home, iam, sessions, now }: Authorizing,
): IamCaller | undefined {
  try {
    const { caller } = verifySignatureV4(request, { iam, sessions, service: 'execute-api', now });
    const resource = `arn:aws:execute-api:${home.region}:${home.account}:${localApiId}/$default/${method}${path}`;
    const verdict = judge({ caller, action: 'execute-api:Invoke', resource }, { iam, now, sourceIp: loopback });
    if (!verdict.allowed || caller.account !== home.account) return undefined;
    return { accountId: caller.account, userArn: caller.arn, userId: caller.userId };
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
