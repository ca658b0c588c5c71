import { readFileSync } from 'node:fs';
import type { DoorHandler, OpenDoor, Rim } from '../lib/door.ts';
import { doorEnvironment, onLambda } from '../lib/environment.ts';
import { httpsNetwork } from '../lib/network/https-network.ts';

/**
 * The handler that Lambda calls. It is built while Lambda initialises the function: there the processor is at its
 * fastest, and a configuration that does not hold fails before anything is served.
 */
export const deployed = (open: OpenDoor): DoorHandler => whenDeployed(open);

/** The same for a function that is no door. */
export function whenDeployed<Handler>(open: (rim: Rim) => Handler): Handler | (() => Promise<never>) {
  if (onLambda()) return open(lambdaRim());
  const says = 'This handler is for AWS Lambda. Elsewhere open the door with a rim of your own.';
  return () => Promise.reject(new Error(says));
}

const lambdaRim = (): Rim => ({
  environment: () => doorEnvironment(),
  configuration: (file) => readFileSync(file, 'utf8'),
  documents: httpsNetwork({ privateAddresses: 'refused' }),
  // A VPC endpoint makes STS a private address, and its name comes from our own table.
  sts: httpsNetwork({ privateAddresses: 'allowed' }),
  clock: () => new Date(),
  writeLine: (line) => void process.stdout.write(`${line}\n`),
  metered: true,
});
