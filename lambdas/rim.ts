// What stands around a door: the clock, the network, the configuration, the log. Lambda's is made here; the local
// stack and the tests bring their own, so a deployed function has no switch to be turned.

import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { type DoorEnvironment, doorEnvironment, onLambda } from '../lib/environment.ts';
import { httpsNetwork } from '../lib/network/https-network.ts';
import type { Network } from '../lib/network/network.ts';

export interface Rim {
  readonly environment: () => DoorEnvironment;
  /** What synthesis wrote beside the bundle. */
  readonly configuration: (file: string) => string;
  /** Reaches issuers: whatever a discovery document names. */
  readonly documents: Network;
  /** Reaches STS. */
  readonly sts: Network;
  readonly clock: () => Date;
  readonly writeLine: (line: string) => void;
}

export type DoorHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Each file in this folder that is a door exports one. */
export type OpenDoor = (rim: Rim) => DoorHandler;

/**
 * The handler that Lambda calls. It is built while Lambda initialises the function: there the processor is at its
 * fastest, and a configuration that does not hold fails before anything is served.
 */
export function deployed(open: OpenDoor): DoorHandler {
  if (onLambda()) return open(lambdaRim());
  return () =>
    Promise.reject(new Error('This handler is for AWS Lambda. Elsewhere open the door with a rim of your own.'));
}

const lambdaRim = (): Rim => ({
  environment: () => doorEnvironment(),
  configuration: (file) => readFileSync(file, 'utf8'),
  documents: httpsNetwork({ privateAddresses: 'refused' }),
  // A VPC endpoint makes STS a private address, and its name comes from our own table.
  sts: httpsNetwork({ privateAddresses: 'allowed' }),
  clock: () => new Date(),
  writeLine: (line) => void process.stdout.write(`${line}\n`),
});
