// What `npm start` understands and says.

import { parseArgs } from 'node:util';
import type { Configuration } from '../config/configuration.ts';
import { defaultPort, machineVariables } from '../environment.ts';
import { messageOf } from '../message-of.ts';
import { bucketName } from './aws/inhabitants.ts';
import { people } from './idp/people.ts';
import type { LocalStack } from './local-stack.ts';

export const startUsage = `npm start -- [options]: Daypass on this machine

  --issuer ISSUER=ADDRESS  an identity provider of yours on this machine stands in for a configured issuer,
                           as in --issuer https://login.acme.example=http://127.0.0.1:9000 (may be repeated)
  --secret ARN=FILE        the private key that the configuration names by this ARN, as a PEM file (may be repeated)
  --enable-region REGION   a Region that AWS leaves off until an account switches it on, as in --enable-region af-south-1
                           (may be repeated)
  --bundled                the very bundles that would be deployed, instead of the sources
  --help                   this text

  DAYPASS_CONFIG=FILE      another configuration than daypass.yaml
  DAYPASS_PORT=PORT        the first of four ports in a row instead of 8787: doors, AWS, OIDC and SAML identity
                           providers`;

export interface StartOptions {
  readonly issuers: readonly string[];
  readonly secrets: readonly string[];
  readonly enabledRegions: readonly string[];
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
        'enable-region': { type: 'string', multiple: true },
        bundled: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    const { issuer: issuers = [], secret: secrets = [], bundled = false, help = false } = values;
    const { 'enable-region': enabledRegions = [] } = values;
    return { issuers, secrets, enabledRegions, bundled, help };
  } catch (error) {
    throw new Error(`${messageOf(error)}\n\n${startUsage}`, { cause: error });
  }
}

export interface Announced {
  readonly stack: LocalStack;
  readonly configuration: Configuration;
  /** The provider whose tokens the local identity provider gives out. */
  readonly provider: string | undefined;
  readonly port: number;
  /** What of the configuration's `saml` is left out for want of a key. */
  readonly keysLeftOut: readonly string[];
}

/** The links, who exists, and what to paste. */
export function announcement(announced: Announced): string {
  const { stack, configuration, provider, port, keysLeftOut } = announced;
  const paragraphs = [
    'Daypass is ready.',
    placesOf(announced),
    rolesElsewhere(configuration),
    ...keysLeftOut.map(
      (use) => `saml.${use} is left out: its private key is not here. Bring it: npm start -- --secret ARN=key.pem`,
    ),
    tryWithToken(stack.gateway, grantOf(configuration, provider), port),
    tryInBrowser(announced),
    asAdministrator(stack),
    'Ctrl-C ends everything. One line of audit follows for each exchange.',
  ];
  return `\n${paragraphs.filter((each) => each !== undefined).join('\n\n')}\n`;
}

const has = ({ providers }: Configuration, wanted: 'oidc' | 'saml') =>
  [...providers.values()].some(({ kind }) => kind === wanted);

function placesOf({ stack, configuration }: Announced): string {
  const { gateway, aws, identityProvider, samlIdentityProvider } = stack;
  const cast = people.map(({ name, about }) => `${name} (${about})`).join(', ');
  const places = [
    ['Doors', gateway],
    ['AWS', `${aws}   STS, IAM, S3: the roles of the synthesised stacks, enforced`],
  ];
  if (identityProvider) places.push(['OIDC provider', `${identityProvider}   ${cast}`]);
  else if (has(configuration, 'oidc'))
    places.push(['OIDC provider', 'none of ours: every issuer has a stand-in of yours']);
  if (samlIdentityProvider) {
    const provider = [...configuration.providers.values()].find(
      (each) => each.kind === 'saml' && each.singleSignOnService.startsWith(samlIdentityProvider),
    );
    const who = identityProvider ? 'the same people' : cast;
    places.push(['SAML provider', `${samlIdentityProvider}   in the place of ${provider?.name ?? 'yours'}: ${who}`]);
  }
  if (!samlIdentityProvider && has(configuration, 'saml'))
    places.push(['SAML provider', 'none of ours: yours is on this machine']);
  return places.map(([name = '', what]) => `  ${name.padEnd(15)}${what}`).join('\n');
}

function rolesElsewhere({ grants }: Configuration): string | undefined {
  const named = [...grants.values()].filter(({ role }) => role.kind === 'named').map(({ name }) => name);
  if (named.length === 0) return undefined;
  return `The embedded AWS does not have the roles named by arn: ${named.join(', ')} will be refused as sts_denied until you make them (aws iam create-role).`;
}

const grantOf = ({ grants }: Configuration, provider: string | undefined) =>
  [...grants.values()].find(({ from }) => from === provider)?.name;

function tryWithToken(gateway: string, grant: string | undefined, port: number): string | undefined {
  if (grant === undefined) return undefined;
  return `Try it:

  T=$(${elsewhere(port)}npm run -s token -- alice)
  curl -s ${gateway}/v1/credentials -H 'content-type: application/json' -d "{\\"grant\\":\\"${grant}\\",\\"token\\":\\"$T\\"}"
  curl -s ${gateway}/v1/grants -H "authorization: Bearer $T"`;
}

/** The keys work on this machine only, and until it ends. */
const asAdministrator = ({ aws, administrator: { accessKeyId, secretAccessKey } }: LocalStack): string =>
  `The embedded account, as its administrator:

  export AWS_ENDPOINT_URL=${aws} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  aws s3 ls s3://${bucketName}/`;

const elsewhere = (port: number) => (port === defaultPort ? '' : `${machineVariables.port}=${port} `);

function tryInBrowser({ stack, configuration, provider, port }: Announced): string | undefined {
  const { gateway, samlIdentityProvider } = stack;
  if (!has(configuration, 'saml')) {
    if (grantOf(configuration, provider) !== undefined) return undefined;
    return 'No grant is from the provider of the local people, so there is nothing to try with their tokens.';
  }
  if (!samlIdentityProvider) return `Open ${gateway} in a browser and sign in.`;
  return `Open ${gateway} in a browser and sign in, or take a SAML response: ${elsewhere(port)}npm run -s assertion -- alice`;
}
