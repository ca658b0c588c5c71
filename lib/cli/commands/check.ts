import { checkConfiguration } from '../../check/check-configuration.ts';
import { checkTrust } from '../../check/check-trust.ts';
import { type Finding, kinds, severityOf } from '../../check/finding.ts';
import { printFindings } from '../../check/print-findings.ts';
import { type Configuration, ConfigurationError } from '../../config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../config/read-config-file.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson } from '../command.ts';

const usage = `daypass check [--config FILE] [--trust-policy FILE]… [--live] [--strict] [--json]

What in the configuration and in trust policies is dangerous, useless or close to a limit. Each finding has a code, a
reason and a fix. The same runs in synth.

  --config FILE         (default: DAYPASS_CONFIG, or ${defaultConfigurationFile}; left out where only trust policies are named)
  --trust-policy FILE   a trust policy as JSON (may be repeated)
  --live                also the trust policies of the roles that grants name by arn, read from IAM (iam:GetRole)
  --strict              warnings count like errors
  --json                as JSON

Exit status: 0 nothing that counts, 1 findings, 2 it cannot be checked.
`;

const options = {
  config: { type: 'string' },
  'trust-policy': { type: 'string', multiple: true },
  live: { type: 'boolean' },
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
  const {
    config,
    'trust-policy': files = [],
    live = false,
    strict = false,
    json = false,
  } = argumentsIn(args, options).values;
  const findings: Finding[] = files.flatMap((file) => checkTrust(io.readFile(file), file));
  if (config !== undefined || files.length === 0) {
    findings.push(...(await findingsOf(config ?? io.configurationFile, live, io)));
  }
  io.write(json ? inJson(findings.map((each) => ({ ...each, ...kinds[each.code] }))) : printFindings(findings));
  const counts = findings.some((each) => strict || severityOf(each) === 'error');
  return counts ? exitCodes.no : exitCodes.yes;
}

async function findingsOf(file: string, live: boolean, io: Io): Promise<readonly Finding[]> {
  try {
    const configuration = await readConfigurationFile(file, { now: io.now() });
    return [...checkConfiguration(configuration), ...(live ? await checkLiveRoles(configuration, io) : [])];
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ConfigurationError)) throw error;
    return cause.problems.map(({ path, says }) => ({ code: 'configuration', path, says }));
  }
}

async function checkLiveRoles({ grants }: Configuration, io: Io): Promise<readonly Finding[]> {
  const iam = await io.iam();
  const findings: Finding[] = [];
  for (const { name, role } of grants.values()) {
    if (role.kind !== 'named') continue;
    const found = await iam.role(role.arn);
    const path = `grants.${name}.role`;
    if (!found)
      findings.push({ code: 'configuration', path: `${path}.arn`, says: `is "${role.arn}", which IAM does not have` });
    else {
      findings.push(...checkTrust(found.trustPolicy, `${role.arn}:`));
      if (found.maxSessionSeconds < role.maxSessionSeconds) {
        const says = `is ${role.maxSessionSeconds} s; IAM says ${found.maxSessionSeconds} s`;
        findings.push({ code: 'configuration', path: `${path}.maxSessionDuration`, says });
      }
    }
  }
  return findings;
}
