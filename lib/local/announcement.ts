// What `npm start` understands and says.

import { parseArgs } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import { people } from './idp/people.ts';
import type { LocalStack } from './local-stack.ts';

export const startUsage = `npm start -- [options]: Daypass on this machine

  --issuer ISSUER=ADDRESS  an identity provider of yours on this machine stands in for a configured issuer,
                           as in --issuer https://login.acme.example=http://127.0.0.1:9000 (may be repeated)
  --bundled                the very bundles that would be deployed, instead of the sources
  --help                   this text

  DAYPASS_CONFIG=FILE      another configuration than daypass.yaml
  DAYPASS_PORT=PORT        the first of three ports in a row instead of 8787: doors, AWS, identity provider`;

export interface StartOptions {
  readonly issuers: readonly string[];
  readonly bundled: boolean;
  readonly help: boolean;
}

/** Throws an `Error` that names an unknown option and shows the known ones. */
export function parseStartArguments(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { issuer: { type: 'string', multiple: true }, bundled: { type: 'boolean' }, help: { type: 'boolean' } },
    });
    return { issuers: values.issuer ?? [], bundled: values.bundled ?? false, help: values.help ?? false };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${startUsage}`, { cause: error });
  }
}

/** The links, who exists, and what to paste. */
export function announcement(
  { gateway, aws, identityProvider }: LocalStack,
  { providers, grants }: Configuration,
): string {
  const own = [...providers.values()][0];
  const grant = [...grants.values()].find(({ from }) => from === own?.name)?.name ?? 'GRANT';
  const cast = people.map(({ name, about }) => `${name} (${about})`).join(', ');
  const signIn = identityProvider
    ? `  Identity provider  ${identityProvider}   ${cast}`
    : '  Identity provider  none of ours: every configured issuer has a stand-in of yours';
  return `
Daypass is ready.

  Doors              ${gateway}
  AWS                ${aws}   the roles of the synthesised stacks, enforced
${signIn}

Try it:

  T=$(npm run -s token -- alice)
  curl -s ${gateway}/v1/credentials -H 'content-type: application/json' -d "{\\"grant\\":\\"${grant}\\",\\"token\\":\\"$T\\"}"
  curl -s ${gateway}/v1/grants -H "authorization: Bearer $T"

Ctrl-C ends everything. One line of audit follows for each exchange.
`;
}
