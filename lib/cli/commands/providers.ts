import { type Configuration, ConfigurationError } from '../../config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../config/read-config-file.ts';
import { inOneLine } from '../../printable.ts';
import { daysToAct } from '../../provider-watch/days-to-act.ts';
import { printStates, troublesOf } from '../../provider-watch/print-states.ts';
import { providerStates, type WatchedProviders } from '../../provider-watch/provider-state.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson, waiting } from '../command.ts';

const usage = `daypass providers [--config FILE] [--json]

Fetches what every identity provider of the configuration publishes, now and with the code of the doors: discovery and keys of
OpenID Connect issuers, metadata of SAML providers that have an address. Tells how many keys there are, and when the first
certificate ends, our own of saml.signing and saml.decryption among them. The hourly function of a deployment tells the same to
CloudWatch.

  --config FILE   (default: DAYPASS_CONFIG, or ${defaultConfigurationFile})
  --json          as JSON

Exit status: 0 all are well, 1 one cannot be reached, has no key, or ends within ${daysToAct.soon} days, 2 there is no such configuration.
`;

const options = { config: { type: 'string' }, json: { type: 'boolean' } } as const;

export const providers: Command = {
  name: 'providers',
  summary: 'fetches what the identity providers publish, and tells when it ends',
  usage,
  options,
  run,
};

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { config = io.configurationFile, json = false } = argumentsIn(args, options).values;
  const network = io.documents();
  const now = io.now();
  const configuration = await readOrTell(config, { network, now }, io);
  if (!configuration) return exitCodes.no;
  const asking = providerStates(watchedIn(configuration), { network, now });
  const states = await waiting('Asking the identity providers', asking, io);
  const told = states.map((state) => ({ ...state, troubles: troublesOf(state) }));
  io.write(json ? inJson(told) : printStates(states));
  return told.some(({ troubles }) => troubles.length > 0) ? exitCodes.no : exitCodes.yes;
}

/** Metadata that cannot be fetched, or has ended, keeps a configuration from being read: that is an answer, too. */
async function readOrTell(
  file: string,
  options: Parameters<typeof readConfigurationFile>[1],
  io: Io,
): Promise<Configuration | undefined> {
  try {
    return await readConfigurationFile(file, options);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ConfigurationError)) throw error;
    for (const { path, says } of cause.problems) io.tell(`${inOneLine(`${path}: ${says}`)}\n`);
    return undefined;
  }
}

function watchedIn(configuration: Configuration): WatchedProviders {
  const all = [...configuration.providers.values()];
  return {
    oidc: all.filter((each) => each.kind === 'oidc'),
    saml: all.filter((each) => each.kind === 'saml'),
    serviceProvider: configuration.serviceProvider,
  };
}
