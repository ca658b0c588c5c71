import type { ProviderSettings, SamlProviderSettings } from '../config/configuration.ts';
import type { Claims } from '../explain/claimed.ts';
import { type Stage, stage } from '../explain/explanation.ts';
import { pinnedCertificate } from '../identity/saml/certificates.ts';
import { openResponse, verifyResponse } from '../identity/saml/verify-response.ts';
import { Refusal, refusals } from '../refusal.ts';

export interface ReadAssertion {
  /** By the names that grants know: `sub`, `sub_type`, attributes; and `recipient`. */
  readonly claims: Claims;
  readonly read: Stage;
  readonly provider: ProviderSettings | undefined;
}

/** A response whose signature is verified with the certificates of its provider; who it is for is not asked. */
export function readSignedAssertion(
  response: string,
  providers: readonly SamlProviderSettings[],
  now: Date,
): ReadAssertion {
  const failed = (says: string, provider?: ProviderSettings): ReadAssertion => ({
    claims: new Map(),
    read: stage('proof', 'failed', says),
    provider: provider ?? providers[0],
  });
  try {
    const opened = openResponse(response, undefined);
    const provider = providers.find(({ entityId }) => entityId === opened.issuer);
    if (!provider)
      return failed(`No SAML provider of the configuration has the entityID ${JSON.stringify(opened.issuer)}.`);
    const keys = provider.certificates.map((each) => pinnedCertificate(each).key);
    const { assertion } = verifyResponse(opened, keys, provider);
    const { subject, conditions, authentication, attributes, issueInstant } = assertion;
    const { recipient } = subject.confirmation;
    const claims = new Map<string, unknown>([
      ...attributes.texts,
      ['sub', subject.nameId],
      ...(subject.format === undefined ? [] : [['sub_type', subject.format] as const]),
      ...(authentication.contextClass === undefined
        ? []
        : [['AuthnContextClassRef', authentication.contextClass] as const]),
      ...(recipient === undefined ? [] : [['recipient', recipient] as const]),
    ]);
    const ends = [conditions.notOnOrAfter, subject.confirmation.notOnOrAfter, authentication.sessionNotOnOrAfter];
    const ended = ends.find((end) => end !== undefined && end <= now);
    const read = ended
      ? stage('proof', 'failed', `The assertion of ${subject.nameId} ended at ${ended.toISOString()}.`)
      : stage(
          'proof',
          'passed',
          `${subject.nameId}, signed by ${provider.name} at ${issueInstant.toISOString()}, for ${recipient ?? 'nobody'}.`,
        );
    return { claims, read, provider };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const why = [error.code, error.detail.why].filter(Boolean).join(': ');
    const whose =
      'It is verified with the metadata that the configuration names; npm start stands in with a key of its own.';
    return failed(`${refusals[error.code].says} (${why}) ${whose}`);
  }
}
