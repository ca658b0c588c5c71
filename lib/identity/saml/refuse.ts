import { Refusal } from '../../refusal.ts';

/** Before the signature is proved: all of them sound alike outside. `why` is ours and quotes nothing. */
export const malformed = (why: string) => new Refusal('response_malformed', { why });

/** After it. */
export const invalid = (why: string) => new Refusal('assertion_invalid', { why });

/** SAML Core §3.2.2.2: the codes at the top. Of a status that nobody signed no other word goes into a log. */
const statusCodes = ['Requester', 'Responder', 'VersionMismatch'].map(
  (name) => `urn:oasis:names:tc:SAML:2.0:status:${name}`,
);

/** The identity provider says, or somebody in its name, that nobody signed in. */
export const declined = (status: string | undefined) =>
  new Refusal('sign_in_declined', { status: statusCodes.includes(status ?? '') ? status : 'another' });
