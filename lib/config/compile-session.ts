import type { SessionPolicyTemplate, SessionTerms } from '../grant/grant.ts';
import { shortestSessionSeconds } from '../session/session-duration.ts';
import { longestPolicyCharacters, policyText } from '../session/session-policy.ts';
import { compileCarried, template } from './compile-tags.ts';
import type { Report } from './configuration.ts';
import { parseDuration } from './duration.ts';
import { checkPolicy, texts } from './policy-text.ts';
import type { DeclaredGrant, DeclaredStatement } from './schema.ts';

export function compileTerms(session: DeclaredGrant['session'], path: string, report: Report): SessionTerms {
  const durationSeconds = parseDuration(session.duration);
  if (durationSeconds === undefined || durationSeconds < shortestSessionSeconds) {
    report(`${path}.duration`, `is "${session.duration}"; a session lasts 15m or more, and a plain number is seconds`);
  }
  const declared = [...(session.policy ?? []), ...boundTo(session)];
  const policy =
    declared.length > 0
      ? compileSessionPolicy(
          declared,
          session.valuesMayContain,
          `${path}.${session.policy ? 'policy' : 'onlyFrom'}`,
          report,
        )
      : undefined;
  const maxAuthAgeSeconds = session.maxAuthAge === undefined ? undefined : parseDuration(session.maxAuthAge);
  if (session.maxAuthAge !== undefined && !maxAuthAgeSeconds) {
    report(`${path}.maxAuthAge`, `is "${session.maxAuthAge}"; write a duration such as 15m`);
  }
  return {
    name: template(session.name ?? '{sub}', `${path}.name`, report),
    durationSeconds: durationSeconds ?? shortestSessionSeconds,
    ...(session.withinProof && { withinProof: true as const }),
    ...(maxAuthAgeSeconds && { maxAuthAgeSeconds }),
    ...(policy && { policy }),
    ...compileCarried(session, path, report),
  };
}

/** Beside what else the policy says; where it says nothing, the role's permissions stay and nothing else is added. */
function boundTo({ policy, onlyFrom }: DeclaredGrant['session']): readonly DeclaredStatement[] {
  if (!onlyFrom) return [];
  const whatever = { actions: ['*'], resources: ['*'] };
  const elsewhere: DeclaredStatement = {
    sid: 'OnlyFrom',
    effect: 'Deny',
    ...whatever,
    conditions: { NotIpAddress: { 'aws:SourceIp': [...onlyFrom] }, Bool: { 'aws:ViaAWSService': 'false' } },
  };
  return [...(policy ? [] : [{ effect: 'Allow' as const, ...whatever }]), elsewhere];
}

function compileSessionPolicy(
  declared: readonly DeclaredStatement[],
  valuesMayContain: SessionPolicyTemplate['valuesMayContain'],
  path: string,
  report: Report,
): SessionPolicyTemplate {
  const policy: SessionPolicyTemplate = {
    valuesMayContain,
    statements: declared.map(({ sid, effect, actions, resources, conditions = {} }, index) => ({
      ...(sid !== undefined && { sid }),
      effect,
      actions,
      resources: resources.map((source) => template(source, `${path}[${index}].resources`, report)),
      conditions: Object.entries(conditions).flatMap(([operator, keys]) =>
        Object.entries(keys).map(([key, values]) => ({
          operator,
          key,
          values: texts(values).map((source) =>
            template(source, `${path}[${index}].conditions.${operator}.${key}`, report),
          ),
        })),
      ),
    })),
  };
  // A harmless value of one character shows whether the rest is a policy, and the least it can measure.
  const shortest = policyText(policy, ({ parts }) =>
    parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''),
  );
  checkPolicy(shortest, path, report);
  if (shortest.length > longestPolicyCharacters) {
    report(path, `has at least ${shortest.length} characters; STS takes at most ${longestPolicyCharacters}`);
  }
  return policy;
}
