// What `npm start` understands and says.

import { parseArgs } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import { defaultPort, variables } from '../environment.ts';
import { messageOf } from '../message-of.ts';
import { people } from './idp/people.ts';
import type { LocalStack } from './local-stack.ts';

export const startUsage = `npm start -- [options]: Daypass on this machine

  --issuer ISSUER=ADDRESS  an identity provider of yours on this machine stands in for a configured issuer,
                           as in --issuer https://login.acme.example=http://127.0.0.1:9000 (may be repeated)
  --secret ARN=FILE        the private key that the configuration names by this ARN, as a PEM file (may be repeated)
  --bundled                the very bundles that would be deployed, instead of the sources
  --help                   this text

  DAYPASS_CONFIG=FILE      another configuration than daypass.yaml
  DAYPASS_PORT=PORT        the first of four ports in a row instead of 8787: doors, AWS, OIDC and SAML identity
                           providers`;

export interface StartOptions {
  readonly issuers: readonly string[];
  readonly secrets: readonly string[];
  readonly bundled: boolean;
  readonly help: boolean;
}

/** Throws an `Error` that names an unknown option and shows the known ones. */
export function parseStartArguments(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        issuer: { type: 'string', multiple: true },
        secret: { type: 'string', multiple: true },
        bundled: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    const { issuer: issuers = [], secret: secrets = [], bundled = false, help = false } = values;
    return { issuers, secrets, bundled, help };
  } catch (error) {
    throw new Error(`${messageOf(error)}\n\n${startUsage}`, { cause: error });
  }
}

/** Reads `arn:…=key.pem`; throws an `Error` that says what is allowed. */
export function parseSecret(text: string): readonly [arn: string, file: string] {
  const [, arn, file] = /^(arn:[^=]+)=(.+)$/.exec(text) ?? [];
  if (arn === undefined || file === undefined) {
    throw new Error(`--secret ${text}: write arn:aws:secretsmanager:…:secret:name=key.pem, a file on this machine.`);
  }
  return [arn, file];
}

export interface Announced {
  readonly stack: LocalStack;
  readonly configuration: Configuration;
  /** The provider whose tokens the local identity provider gives out. */
  readonly provider: string | undefined;
  readonly port: number;
}

/** The links, who exists, and what to paste. */
export function announcement({ stack, configuration, provider, port }: Announced): string {
  const { gateway, aws, identityProvider, samlIdentityProvider } = stack;
  const cast = people.map(({ name, about }) => `${name} (${about})`).join(', ');
  const signIn = identityProvider
    ? `  Identity provider  ${identityProvider}   ${cast}`
    : '  Identity provider  none of ours: every configured issuer has a stand-in of yours';
  const grants = [...configuration.grants.values()];
  const notHere = grants.filter(({ role }) => role.kind === 'named').map(({ name }) => name);
  return `
Daypass is ready.

  Doors              ${gateway}
  AWS                ${aws}   the roles of the synthesised stacks, enforced
${signIn}${samlIdentityProvider ? `\n  SAML provider      ${samlIdentityProvider}   the same people` : ''}
${notHere.length > 0 ? `\nThe embedded AWS does not have the roles named by arn: ${notHere.join(', ')} will be refused as sts_denied.\n` : ''}
${tryIt(gateway, grants.find(({ from }) => from === provider)?.name, port)}${samlIdentityProvider ? `\n\nOr open ${gateway} in a browser and sign in.` : ''}

Ctrl-C ends everything. One line of audit follows for each exchange.
`;
}

function tryIt(gateway: string, grant: string | undefined, port: number): string {
  if (grant === undefined) {
    return 'No grant is from the provider of the local people, so there is nothing to try with their tokens.';
  }
  const elsewhere = port === defaultPort ? '' : `${variables.port}=${port} `;
  return `Try it:

  T=$(${elsewhere}npm run -s token -- alice)
  curl -s ${gateway}/v1/credentials -H 'content-type: application/json' -d "{\\"grant\\":\\"${grant}\\",\\"token\\":\\"$T\\"}"
  curl -s ${gateway}/v1/grants -H "authorization: Bearer $T"`;
}
