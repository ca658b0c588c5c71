import { castAt } from '../idp/cast-at.ts';
import { loopback } from '../listen.ts';
import type { SamlCast } from './saml-idp.ts';

const usage = `npm run -s assertion -- NAME [RECIPIENT]: signs NAME in at the SAML identity provider of npm start, unasked, and prints
the SAML response in base64

  NAME       one of the local cast: alice, bob, mallory
  RECIPIENT  where the response is for; by default the first of the provider's recipients, else the doors themselves`;

/** Rejects with an `Error` that says what to do. Resolves to the response, or the usage where that was asked for. */
export async function printAssertion([name, wanted]: readonly string[], gatewayPort: number): Promise<string> {
  if (name === '--help') return usage;
  if (name === undefined) throw new Error(usage);
  const address = `http://${loopback}:${gatewayPort + 3}`;
  const nothingAnswers = `No SAML identity provider answers at ${address}. Start it with npm start, with a SAML provider in the configuration`;
  const cast = await castAt<SamlCast>(address, name, nothingAnswers);
  const recipient = wanted ?? cast.recipients[0] ?? '';
  if (!cast.recipients.includes(recipient)) {
    throw new Error(`No response may be for "${recipient}". Recipients are ${cast.recipients.join(', ')}.`);
  }
  const answer = await fetch(`${address}/unsolicited`, {
    method: 'POST',
    body: new URLSearchParams({ person: name, recipient }),
  });
  const [, samlResponse] = /name="SAMLResponse" value="([A-Za-z0-9+/=]+)"/.exec(await answer.text()) ?? [];
  if (samlResponse === undefined) throw new Error(`The identity provider gave no response: ${answer.status}.`);
  return samlResponse;
}
