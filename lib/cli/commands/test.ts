import { parse } from 'yaml';
import { defaultConfigurationFile, readConfigurationFile } from '../../config/read-config-file.ts';
import { readGrantTests } from '../../grant-tests/grant-tests.ts';
import { printResults } from '../../grant-tests/print-results.ts';
import { runGrantTests } from '../../grant-tests/run-grant-tests.ts';
import { messageOf } from '../../message-of.ts';
import { argumentsIn, type Command, defaults, type ExitCode, exitCodes, type Io, inJson } from '../command.ts';

const defaultTestsFile = 'daypass.tests.yaml';

const usage = `daypass test [--config FILE] [--tests FILE] [--account ID] [--json]

Runs the grant tests: this identity, this grant, and what must come of it. Nothing is sent anywhere.

  --tests FILE    (default: ${defaultTestsFile})
  --config FILE   (default: DAYPASS_CONFIG, or ${defaultConfigurationFile})
  --account ID    where Daypass is deployed, for the ARNs of its roles   (default: ${defaults.account})
  --url URL       the address of the doors, where the configuration has none   (for SAML)
  --json          as JSON

Exit status: 0 all passed, 1 some failed, 2 they cannot be run.
`;

const options = {
  config: { type: 'string' },
  tests: { type: 'string' },
  account: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const test: Command = { name: 'test', summary: 'runs the tests of the grants', usage, options, run };

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    config = io.configurationFile,
    tests: file = defaultTestsFile,
    account = defaults.account,
    url = defaults.url,
    json = false,
  } = argumentsIn(args, options).values;
  const now = io.now();
  const tests = readGrantTests(yamlIn(io.readFile(file), file), file);
  const results = runGrantTests(tests, await readConfigurationFile(config, { now }), { account, url, now });
  io.write(json ? inJson(results) : printResults(results));
  return results.every(({ passed }) => passed) ? exitCodes.yes : exitCodes.no;
}

function yamlIn(text: string, file: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    throw new Error(`${file} is not YAML: ${messageOf(error)}`);
  }
}
