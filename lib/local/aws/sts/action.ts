import type { Parameters } from '../../../aws-query/parameters.ts';
import type { XmlValue } from '../../../aws-query/xml.ts';
import type { Network } from '../../../network/network.ts';
import type { AuthorizationMessages } from '../authorization-message.ts';
import type { EmbeddedIam } from '../iam/iam.ts';
import type { Sessions } from '../sessions.ts';
import type { Signed } from '../signature-v4.ts';
import type { WebIdentityIssuer } from '../web-identity-issuer.ts';

/** What STS works with, whoever calls. */
export interface Sts {
  readonly iam: EmbeddedIam;
  readonly sessions: Sessions;
  /** Reaches the issuers of web identities. */
  readonly network: Network;
  readonly messages: AuthorizationMessages;
  readonly issuer: WebIdentityIssuer;
  /** Regions that are off until an account switches them on, and were switched on. */
  readonly enabledRegions: readonly string[];
}

/** What an action works with. */
export interface Call extends Sts {
  readonly parameters: Parameters;
  readonly now: Date;
  readonly sourceIp: string;
  /** Verifies the request's signature; throws an `AwsError`. */
  signedBy(): Signed;
}

/** One STS operation: its result's members in the order of the wire. Throws or rejects with an `AwsError`. */
export type Action = (call: Call) => XmlValue | Promise<XmlValue>;
