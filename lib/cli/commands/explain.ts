import { principalIn } from '../../config/federated-provider.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../config/read-config-file.ts';
import { claimedBySaml } from '../../explain/claimed-saml.ts';
import { explainExchange, type Surroundings } from '../../explain/explain-exchange.ts';
import { explainTrust, type FederatedRequest } from '../../explain/explain-trust.ts';
import { type Explanation, explanationOf, type Stage, stage } from '../../explain/explanation.ts';
import { explainClaims, samlRequest, webIdentityRequest } from '../../explain/federated-request.ts';
import { printExplanation } from '../../explain/print-explanation.ts';
import { parsePolicy } from '../../policy/parse-policy.ts';
import { type Policy, PolicyError } from '../../policy/policy.ts';
import { acsPath } from '../../sign-in/our-addresses.ts';
import {
  argumentsIn,
  type Command,
  checkAccount,
  checkAddress,
  defaults,
  type ExitCode,
  exitCodes,
  type Io,
  inJson,
  UsageError,
} from '../command.ts';
import { type Presented, presentedProof } from '../presented-proof.ts';
import { tellingIam } from '../telling-iam.ts';

const usage = `daypass explain (--token T | --assertion A | --claims C) (--grant NAME | --role ARN --live | --trust-policy FILE)

Why a proof gets a role, or why not: stage by stage, with the statement, the condition, what was expected, what came, and
a hint where the miss is small. Nothing is sent anywhere, but for --live. A token's signature is not verified here.

  --token TOKEN         an OIDC token
  --assertion RESPONSE  a SAML response in base64; its provider must be in the configuration
  --claims JSON         claims or attributes as JSON, as in '{"iss":"https://…","sub":"alice","aud":"web"}'; of AWS accounts
                        '{"arn":"…"}' as GetCallerIdentity tells it
                        each of the three may be @FILE, or - for standard input
  --grant NAME          through this grant of the configuration
  --role ARN            this role; with --live its trust policy is read from IAM
  --trust-policy FILE   this trust policy
  --live                ask IAM (iam:GetRole, iam:GetOpenIDConnectProvider) with the credentials of the AWS configuration
  --provider NAME       the provider of the claims, where their iss does not tell
  --session-name NAME   sts:RoleSessionName, where no grant makes one   (default: daypass)
  --account ID          where Daypass is deployed, or whose role the trust policy is   (default: ${defaults.account})
  --source-ip IP        where the request comes from, for policies that ask   (default: not known)
  --url URL             the address of the doors, where the configuration has none   (for SAML)
  --config FILE         (default: DAYPASS_CONFIG, or ${defaultConfigurationFile})
  --json                as JSON

Exit status: 0 allowed, 1 denied, 2 the question cannot be answered, 3 not all of it can be judged here, 4 AWS did not answer.
`;

const options = {
  token: { type: 'string' },
  assertion: { type: 'string' },
  claims: { type: 'string' },
  grant: { type: 'string' },
  role: { type: 'string' },
  'trust-policy': { type: 'string' },
  live: { type: 'boolean' },
  provider: { type: 'string' },
  'session-name': { type: 'string' },
  account: { type: 'string' },
  'source-ip': { type: 'string' },
  url: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const explain: Command = {
  name: 'explain',
  summary: 'why a proof gets a role, or why not',
  usage,
  options,
  run,
};

type Values = ReturnType<typeof argumentsIn<typeof options>>['values'];

const roleForm = /^arn:[\w-]+:iam::(\d{12}):role\/./;

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = argumentsIn(args, options);
  const explanation = await explanationFor(values, io);
  io.write(values.json ? inJson(explanation) : printExplanation(explanation));
  return exitFor[explanation.verdict];
}

const exitFor = { allowed: exitCodes.yes, denied: exitCodes.no, 'not judged': exitCodes.open } as const;

async function explanationFor(values: Values, io: Io): Promise<Explanation> {
  const { grant, role, live = false, 'trust-policy': trustFile } = values;
  if (
    [grant, trustFile, grant === undefined && trustFile === undefined ? role : undefined].filter(Boolean).length !== 1
  ) {
    throw new UsageError('Say what is asked for: one of --grant, --role with --live, --trust-policy.');
  }
  checkAccount(values.account);
  checkAddress(values.url);
  if (role !== undefined && !roleForm.test(role))
    throw new UsageError(`--role ${role}: write arn:aws:iam::{account}:role/{name}.`);
  if (role !== undefined && trustFile === undefined && !live) {
    throw new UsageError('--role needs --live, to read its trust policy, or --trust-policy.');
  }
  if (trustFile !== undefined && live) {
    throw new UsageError('--live reads the trust policy from IAM; leave out --trust-policy, or --live.');
  }
  return grant === undefined ? throughTrust(values, io) : throughGrant(grant, values, io);
}

async function throughGrant(grant: string, values: Values, io: Io): Promise<Explanation> {
  const configuration = await configurationOf(values, io);
  const { claims, read, provider } = await presentedProof(values, configuration, io);
  if (!provider) {
    const [issuer, arn] = [claims.get('iss'), claims.get('arn')];
    if (issuer === undefined && typeof arn !== 'string') {
      throw new UsageError(
        'The claims have no iss, and no arn of an AWS account: name their provider with --provider.',
      );
    }
    const says =
      issuer === undefined
        ? `No provider of the configuration lists the account of ${JSON.stringify(arn)}.`
        : `No provider of the configuration has the issuer ${JSON.stringify(issuer)}, to the letter.`;
    return explanationOf([stage('proof', 'failed', says)]);
  }
  if (read?.verdict === 'failed') return explanationOf([read]);
  const surroundings = surroundingsOf(values, io);
  const exchange = { provider, claims, grant };
  const first = explainExchange(exchange, configuration, surroundings);
  if (!values.live || !first.plan) return withRead(read, first.explanation);
  const role = await tellingIam(await io.iam()).role(first.plan.roleArn);
  if (role === 'elsewhere')
    return withRead(read, roleElsewhere(first.explanation.stages.slice(0, -1), first.plan.roleArn));
  if (!role) return noRole(first.explanation.stages.slice(0, -1), first.plan.roleArn);
  const trust = { policy: trustIn(role.trustPolicy, first.plan.roleArn), roleTags: role.tags };
  const { explanation, request } = explainExchange({ ...exchange, trust }, configuration, surroundings);
  const iamProvider = request ? await liveProvider(request, io) : [];
  return withRead(
    read,
    explanationOf([...explanation.stages.slice(0, -1), ...iamProvider, ...explanation.stages.slice(-1)]),
  );
}

const withRead = (read: Stage | undefined, { stages }: Explanation) =>
  explanationOf(read ? [read, ...stages.slice(1)] : stages);

const noRole = (stages: readonly Stage[], arn: string) =>
  explanationOf([
    ...stages,
    stage('trust policy', 'failed', `IAM has no role ${arn} in the account of these credentials.`),
  ]);

const roleElsewhere = (stages: readonly Stage[], arn: string) =>
  explanationOf([
    ...stages,
    stage(
      'trust policy',
      'not judged',
      `${arn} is of another account than these credentials: ask with some of its own.`,
    ),
  ]);

const surroundingsOf = (
  { account = defaults.account, url = defaults.url, 'source-ip': sourceIp }: Values,
  io: Io,
): Surroundings => ({
  account,
  url,
  sourceIp,
  now: io.now(),
});

async function throughTrust(values: Values, io: Io): Promise<Explanation> {
  const { role: arn, 'trust-policy': file, live = false } = values;
  const configuration =
    values.config || values.provider || values.assertion ? await configurationOf(values, io) : undefined;
  const { claims, read, provider } = await presentedProof(values, configuration, io);
  if (provider?.kind === 'aws') throw new UsageError('No signed request goes on to a trust policy: ask with --grant.');
  const account = values.account ?? roleForm.exec(arn ?? '')?.[1] ?? defaults.account;
  const proof =
    read ??
    (provider?.kind === 'saml'
      ? stage('proof', 'passed', 'The attributes are taken as they are: nothing is verified here.')
      : explainClaims(claims, io.now()));
  if (proof.verdict === 'failed') return explanationOf([proof]);
  const liveRole = live && arn !== undefined ? await tellingIam(await io.iam()).role(arn) : undefined;
  if (liveRole === 'elsewhere') return roleElsewhere([proof], arn ?? '');
  if (live && arn !== undefined && !liveRole) return noRole([proof], arn);
  const document = file === undefined ? (liveRole?.trustPolicy ?? '') : io.readFile(file);
  const target = {
    account,
    sessionName: values['session-name'] ?? 'daypass',
    roleTags: liveRole?.tags ?? new Map<string, string>(),
    sourceIp: values['source-ip'],
    now: io.now(),
  };
  const request = requestOf({ claims, provider, target, url: configuration?.url ?? values.url });
  const iamProvider = live ? await liveProvider(request, io) : [];
  return explanationOf([proof, ...iamProvider, explainTrust(trustIn(document, file ?? arn ?? ''), request)]);
}

const configurationOf = ({ config }: Values, io: Io) =>
  readConfigurationFile(config ?? io.configurationFile, { now: io.now() });

interface ToAsk extends Pick<Presented, 'claims' | 'provider'> {
  readonly target: Parameters<typeof webIdentityRequest>[1];
  readonly url: string | undefined;
}

function requestOf({ claims, provider, target, url = defaults.url }: ToAsk): FederatedRequest {
  if (provider?.kind !== 'saml') return webIdentityRequest(claims, target);
  const recipient = claims.get('recipient');
  return samlRequest(claimedBySaml(claims, provider, target.now), {
    ...target,
    principal: principalIn(target.account, provider),
    entityId: provider.entityId,
    recipient: typeof recipient === 'string' ? recipient : url + acsPath,
  });
}

function trustIn(document: string, name: string): Policy {
  try {
    return parsePolicy({ name: `trust policy ${name}`, kind: 'trust', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new Error(`${name} is no trust policy that IAM would take:\n${error.message}`);
  }
}

/** Whether the account has the provider at all, and knows the token's audience. */
async function liveProvider({ kind, principal, keys }: FederatedRequest, io: Io): Promise<readonly Stage[]> {
  if (kind === 'saml' || !principal.startsWith('arn:')) return [];
  const clientIds = await tellingIam(await io.iam()).oidcClientIds(principal);
  if (!clientIds) {
    const says = `The account has no provider ${principal}; the URL of a provider is compared to the letter, its slash at the end included.`;
    return [stage('IAM provider', 'failed', says)];
  }
  const [, audience = ''] = keys.find(([key]) => key.endsWith(':aud')) ?? [];
  return clientIds.includes(String(audience))
    ? [stage('IAM provider', 'passed', `${principal} knows the audience ${String(audience)}.`)]
    : [
        stage(
          'IAM provider',
          'failed',
          `${principal} has the client IDs ${clientIds.join(', ') || '(none)'}; the token is for ${String(audience)}.`,
        ),
      ];
}
