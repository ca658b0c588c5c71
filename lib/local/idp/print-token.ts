import { loopback } from '../listen.ts';
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
  const cast = await castAt(address);
  if (!cast.people.includes(name)) throw new Error(`Nobody is called "${name}". There are ${cast.people.join(', ')}.`);
  return signInPerson(address, audience ?? cast.clientId, name);
}

async function castAt(address: string): Promise<Cast> {
  try {
    return (await (await fetch(`${address}/cast`)).json()) as Cast;
  } catch (cause) {
    throw new Error(
      `No identity provider answers at ${address}. Start it with npm start; if it runs on other ports, set the same DAYPASS_PORT here.`,
      { cause },
    );
  }
}
