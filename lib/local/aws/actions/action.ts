import type { Network } from '../../../network/network.ts';
import type { EmbeddedIam } from '../account.ts';
import type { Parameters } from '../parameters.ts';
import type { Session, Sessions } from '../sessions.ts';
import type { XmlValue } from '../xml.ts';

/** What an action works with. */
export interface Call {
  readonly parameters: Parameters;
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  /** Reaches the issuers of web identities. */
  readonly network: Network;
  readonly now: Date;
  readonly sourceIp: string;
  /** Verifies the request's signature and gives the session behind it; throws an `StsError`. */
  signedBy(): Session;
}

/** One STS operation: its result's members in the order of the wire. Throws or rejects with an `StsError`. */
export type Action = (call: Call) => XmlValue | Promise<XmlValue>;
