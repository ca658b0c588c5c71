// A person signs in with SAML: through the portal, and back to the loopback interface with a code that is good once.

import { randomBytes } from 'node:crypto';
import { challengeOf, codeOf, commandLineText } from '../../sign-in/command-line.ts';
import { portalPath, redemptionPath } from '../../sign-in/our-addresses.ts';
import { type AskedDaypass, askDaypass, credentialsIn } from '../ask-daypass.ts';
import { type Io, Unreachable, UsageError } from '../command.ts';
import type { Profile, ProfileSecrets } from '../profiles.ts';
import { loopbackRedirect, visit } from './loopback-redirect.ts';

export async function signInWithSaml({ endpoint }: Profile, browser: boolean, io: Io): Promise<SamlSignIn> {
  await checkPortal(endpoint, io);
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const redirect = await loopbackRedirect('/', state, io);
  try {
    const challenge = challengeOf(verifier);
    const port = Number(new URL(redirect.redirectUri).port);
    const url = `${endpoint}${portalPath}?command-line=${commandLineText({ port, challenge, state })}`;
    io.tell(
      `The page must show the code ${codeOf({ port, challenge, state })}; if it shows another, somebody else asks.\n\n`,
    );
    const { searchParams } = await visit(url, redirect, browser, io);
    const [code, grant] = [searchParams.get('code') ?? '', searchParams.get('grant') ?? ''];
    const asked: AskedDaypass = { endpoint, path: redemptionPath, body: { grant, code, verifier } };
    const credentials = credentialsIn(await askDaypass(asked, io));
    return { grant, secrets: { credentials: { [grant]: credentials } } };
  } finally {
    await redirect.close();
  }
}

/** Before anybody is sent there. */
async function checkPortal(endpoint: string, io: Io): Promise<void> {
  let status: number;
  try {
    const signal = AbortSignal.timeout(20_000);
    ({ status } = await io.fetch(endpoint + portalPath, { redirect: 'manual', signal }));
  } catch (cause) {
    throw new Unreachable(`${endpoint} could not be reached.`, { cause });
  }
  if (status === 404) throw new UsageError(`${endpoint} has no portal: no SAML provider is configured there.`);
  if (status !== 200) throw new Unreachable(`${endpoint} did not answer as Daypass does. Is the address right?`);
}

export interface SamlSignIn {
  /** The one that the person chose. */
  readonly grant: string;
  readonly secrets: ProfileSecrets;
}
