// What a door is, to whoever opens one: Lambda, the local stack, a test.

import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { DoorEnvironment } from './environment.ts';
import type { Network } from './network/network.ts';

/** What stands around a door. A deployed function makes its own and has no switch to be turned. */
export interface Rim {
  readonly environment: () => DoorEnvironment;
  /** The text of a file that synthesis put beside the bundle. */
  readonly configuration: (file: string) => string;
  /** Reaches issuers: whatever a discovery document names. */
  readonly documents: Network;
  /** Reaches STS. */
  readonly sts: Network;
  readonly clock: () => Date;
  readonly writeLine: (line: string) => void;
}

/** Payload format 2.0 of API Gateway's HTTP APIs. */
export type DoorHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export type OpenDoor = (rim: Rim) => DoorHandler;
