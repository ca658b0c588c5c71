import { checkConfiguration } from '../../check/check-configuration.ts';
import { checkTrust } from '../../check/check-trust.ts';
import { type Finding, kinds, severityOf } from '../../check/finding.ts';
import { printFindings } from '../../check/print-findings.ts';
import { printRequiredTrusts, type RequiredTrust, requiredTrusts } from '../../check/required-trust.ts';
import { ConfigurationError } from '../../config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../config/read-config-file.ts';
import { checkLiveRoles } from '../check-live-roles.ts';
import {
  argumentsIn,
  type Command,
  checkAccount,
  checkAddress,
  type ExitCode,
  exitCodes,
  type Io,
  inJson,
} from '../command.ts';
import { tellingIam } from '../telling-iam.ts';

const usage = `daypass check [--config FILE] [--trust-policy FILE]… [--live] [--account ID] [--url URL] [--strict] [--json]

What in the configuration and in trust policies is dangerous, useless or close to a limit. Each finding has a code, a
reason and a fix. The same runs in synth. For roles that grants name by arn: the trust policy that they need.

  --config FILE         (default: DAYPASS_CONFIG, or ${defaultConfigurationFile}; left out where only trust policies are named)
  --trust-policy FILE   a trust policy as JSON (may be repeated)
  --live                compares those roles with what IAM says of them and their providers (iam:GetRole,
                        iam:GetOpenIDConnectProvider, iam:GetSAMLProvider), in the account of the AWS configuration
  --account ID          where Daypass is deployed: what roles of grants that chain trust
  --url URL             the address of the doors, where the configuration has none: what roles trust with vouch and SAML
  --strict              warnings count like errors
  --json                as JSON

Exit status: 0 nothing that counts, 1 findings, 2 it cannot be checked, 4 AWS did not answer.
`;

const options = {
  config: { type: 'string' },
  'trust-policy': { type: 'string', multiple: true },
  live: { type: 'boolean' },
  account: { type: 'string' },
  url: { type: 'string' },
  strict: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const check: Command = {
  name: 'check',
  summary: 'lints the configuration and trust policies',
  usage,
  options,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = argumentsIn(args, options);
  const { config, 'trust-policy': files = [], strict = false, json = false } = values;
  checkAccount(values.account);
  checkAddress(values.url);
  const ofFiles = files.flatMap((file) => checkTrust(io.readFile(file), file));
  const isAsked = config !== undefined || files.length === 0;
  const checked = isAsked ? await checkFile(config ?? io.configurationFile, values, io) : nothing;
  const findings = [...ofFiles, ...checked.findings];
  const roles = checked.trusts;
  io.write(
    json
      ? inJson({ findings: findings.map((each) => ({ ...each, ...kinds[each.code] })), roles })
      : `${printFindings(findings)}${printRequiredTrusts(roles)}`,
  );
  const counts = findings.some((each) => strict || severityOf(each) === 'error');
  return counts ? exitCodes.no : exitCodes.yes;
}

interface Checked {
  readonly findings: readonly Finding[];
  readonly trusts: readonly RequiredTrust[];
}

const nothing: Checked = { findings: [], trusts: [] };

interface Asked {
  readonly live?: boolean;
  readonly account?: string;
  readonly url?: string;
}

async function checkFile(file: string, { live = false, account, url }: Asked, io: Io): Promise<Checked> {
  try {
    const configuration = await readConfigurationFile(file, { now: io.now() });
    const trusts = requiredTrusts(configuration, { account, url });
    const ofRoles = live
      ? await checkLiveRoles(trusts, configuration, { iam: tellingIam(await io.iam()), now: io.now() })
      : [];
    return { findings: [...checkConfiguration(configuration), ...ofRoles], trusts };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ConfigurationError)) throw error;
    return { ...nothing, findings: cause.problems.map(({ path, says }) => ({ code: 'configuration', path, says })) };
  }
}
