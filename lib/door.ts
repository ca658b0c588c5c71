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
  /** Whether CloudWatch reads numbers out of the lines. Deployed it does. */
  readonly metered?: true;
  /** Where AWS is, when it is not where the SDK finds it. Deployed there is none. */
  readonly embeddedAws?: EmbeddedAws;
  /** The private key under an ARN, as PEM. Deployed it comes from Secrets Manager. */
  readonly secret?: (arn: string) => Promise<string>;
}

export interface EmbeddedAws {
  /** `http://127.0.0.1:{port}` */
  readonly endpoint: string;
  /** Those of the door's own role, asked for again when they end. */
  readonly credentials: () => Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
    readonly expiration: Date;
  }>;
}

/** Payload format 2.0 of API Gateway's HTTP APIs. */
export type DoorHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

export type OpenDoor = (rim: Rim) => DoorHandler;

/** What hears the log of doors, or rotates a secret: it is handed what AWS hands over, and rejects to be handed it again. */
export type OpenListener = (rim: Rim) => (event: unknown) => Promise<void>;
