import { loopback } from '../listen.ts';
import { castAt } from './cast-at.ts';
import type { Cast } from './oidc-idp.ts';
import { signInPerson } from './sign-in.ts';

const usage = `npm run -s token -- NAME [AUDIENCE]: signs NAME in at the identity provider of npm start and prints the ID token

  NAME      one of the local cast: alice, bob, mallory
  AUDIENCE  whom the token is for; by default the provider's first audience`;

/** Rejects with an `Error` that says what to do. Resolves to the token, or the usage where that was asked for. */
export async function printToken([name, audience]: readonly string[], gatewayPort: number): Promise<string> {
  if (name === '--help') return usage;
  if (name === undefined) throw new Error(usage);
  const address = `http://${loopback}:${gatewayPort + 2}`;
  const nothingAnswers = `No identity provider answers at ${address}. Start it with npm start`;
  const cast = await castAt<Cast>(address, name, nothingAnswers);
  return signInPerson(address, audience ?? cast.clientId, name);
}
