// Which refusals wake somebody, and from how many on: one table. The rest is callers' own.

import type { RefusalCode } from '../refusal.ts';
import type { Needs } from '../routes.ts';
import type { Watch } from './alarm.ts';

export interface RefusalsToWatch extends Pick<Watch, 'id' | 'threshold' | 'periods' | 'description' | 'runbook'> {
  readonly codes: readonly RefusalCode[];
  /** A member of the audit line that counts, too, wherever it is there. */
  readonly orMember?: 'notRemembered';
  /** Which doors can come to it. */
  readonly concerns: (needs: Needs) => boolean;
}

const anyDoor = () => true;
const takesTokens = ({ takes }: Needs) => takes.includes('oidc');
const takesAssertions = ({ takes }: Needs) => takes.includes('saml');
const hasTable = ({ writes, reads }: Needs) => writes.length + reads.length > 0;

/** Counted over five minutes and all doors together. */
export const refusalsToWatch: readonly RefusalsToWatch[] = [
  // No caller's fault: one is enough.
  {
    id: 'KeysUnreachable',
    codes: ['keys_unreachable'],
    threshold: 1,
    periods: 2,
    concerns: takesTokens,
    description:
      'The signing keys of an identity provider cannot be fetched, so its users are refused. The audit lines say why under "cause"; ask for its discovery document from outside.',
    runbook: 'Signing keys cannot be fetched',
  },
  {
    id: 'CertificatesExpired',
    codes: ['certificates_expired'],
    threshold: 1,
    periods: 1,
    concerns: takesAssertions,
    description:
      'A SAML identity provider has no certificate left that is valid, or its metadata is not valid any more, so its users are refused. Fetch its metadata anew and deploy.',
    runbook: 'SAML certificates have ended',
  },
  {
    id: 'StoreUnavailable',
    codes: ['store_unavailable'],
    orMember: 'notRemembered',
    threshold: 1,
    periods: 1,
    concerns: hasTable,
    description:
      'The table of what is seen once could not be asked, so people are refused. The audit lines say why under "detail". Look for throttling and permissions of the table, and at the AWS Health Dashboard.',
    runbook: 'The table cannot be asked',
  },
  {
    id: 'StsUnavailable',
    codes: ['sts_unavailable'],
    threshold: 3,
    periods: 1,
    concerns: anyDoor,
    description:
      'AWS STS does not answer or throttles, in every Region that is configured. The audit lines say which Region said what under "detail". Look at the AWS Health Dashboard, and name more Regions under sts.fallbackRegions.',
    runbook: 'STS does not answer',
  },
  {
    id: 'StsRefuses',
    codes: ['sts_denied', 'sts_refused_token', 'sts_refused_request', 'session_too_large'],
    threshold: 5,
    periods: 1,
    concerns: anyDoor,
    description:
      'Grants allow what AWS STS then refuses: a trust policy, an IAM provider or a role is not what daypass.yaml takes it for. The audit lines have the code of STS under "detail"; run daypass explain --live.',
    runbook: 'STS says no to what a grant allows',
  },
  {
    id: 'ConsoleUnavailable',
    codes: ['console_unavailable', 'console_refused'],
    threshold: 3,
    periods: 1,
    concerns: anyDoor,
    description:
      "The console sign-in of AWS does not answer or takes no credentials of ours, so people get no links. Credentials are given all the same. Look at the AWS Health Dashboard of the console's Region.",
    runbook: 'The console cannot be opened',
  },
  // Callers' own, and ordinary one at a time: many at once mean that something changed, or that somebody tries.
  {
    id: 'ManyUnproved',
    codes: [
      'token_malformed',
      'algorithm_not_allowed',
      'issuer_unknown',
      'key_unknown',
      'signature_invalid',
      'response_malformed',
      'signature_missing',
      'assertion_not_decrypted',
    ],
    threshold: 100,
    periods: 1,
    concerns: ({ takes }) => takes.includes('oidc') || takes.includes('saml'),
    description:
      'A hundred proofs in five minutes could not be verified: an identity provider changed its keys or its issuer, a client sends something else, or somebody tries. Count by code, provider and sourceIp in the audit lines.',
    runbook: 'Many proofs do not hold',
  },
  {
    id: 'ManyDenied',
    codes: ['grant_denied', 'grant_unknown', 'audience_mismatch', 'claims_invalid', 'role_not_in_assertion'],
    threshold: 100,
    periods: 1,
    concerns: anyDoor,
    description:
      'A hundred proved callers in five minutes fitted no grant: a deployment changed a grant, an identity provider its claims, or names of grants are tried. The audit lines have "grant" and "detail".',
    runbook: 'Many are denied',
  },
  {
    id: 'ManyReplayed',
    codes: ['proof_replayed'],
    threshold: 20,
    periods: 1,
    concerns: hasTable,
    description:
      'Twenty proofs in five minutes came a second time: a client sends twice, or somebody has what was another’s. Compare sourceIp and userAgent of the lines with the same "proof".',
    runbook: 'Proofs come twice',
  },
  {
    id: 'ManyUntimely',
    codes: ['token_expired', 'token_not_yet_valid', 'assertion_expired', 'assertion_not_yet_valid'],
    threshold: 100,
    periods: 1,
    concerns: anyDoor,
    description:
      'A hundred proofs in five minutes were over or not yet valid: the clock of an identity provider is off, or a client keeps its tokens too long. The audit lines have the times under "detail".',
    runbook: 'Proofs come too early or too late',
  },
];
