import { isIP } from 'node:net';
import type { SessionPolicyTemplate, SessionTerms } from '../grant/grant.ts';
import { shortestSessionSeconds } from '../session/session-duration.ts';
import { longestPolicyCharacters, policyText } from '../session/session-policy.ts';
import { compileCarried, template } from './compile-tags.ts';
import type { Report } from './configuration.ts';
import { parseDuration } from './duration.ts';
import { checkPolicy, texts } from './policy-text.ts';
import { type BoundStatement, readingOnly } from './read-only.ts';
import type { DeclaredGrant } from './schema.ts';

/** `path` is the grant's. */
export function compileTerms({ session, role }: DeclaredGrant, path: string, report: Report): SessionTerms {
  const here = `${path}.session`;
  const durationSeconds = parseDuration(session.duration);
  if (durationSeconds === undefined || durationSeconds < shortestSessionSeconds) {
    report(`${here}.duration`, `is "${session.duration}"; write 4h, 90m or plain seconds, 15m or more`);
  }
  const bounds = [
    ...onlyFrom(session.onlyFrom, `${here}.onlyFrom`, report),
    ...(session.readOnly ? readingOnly(session.policy ?? role.permissions, `${here}.readOnly`, report) : []),
  ];
  // Where it says nothing else the role's permissions stay: a session policy that only denies would leave none.
  const own = session.policy ?? (bounds.length > 0 ? [{ effect: 'Allow' as const, ...whatever }] : []);
  const declared = [...own, ...bounds];
  const part = session.policy ? 'policy' : session.onlyFrom ? 'onlyFrom' : 'readOnly';
  const policy =
    declared.length > 0
      ? compileSessionPolicy(declared, session.valuesMayContain, `${here}.${part}`, report)
      : undefined;
  const maxAuthAgeSeconds = session.maxAuthAge === undefined ? undefined : parseDuration(session.maxAuthAge);
  if (session.maxAuthAge !== undefined && !maxAuthAgeSeconds) {
    report(`${here}.maxAuthAge`, `is "${session.maxAuthAge}"; write a duration such as 15m`);
  }
  return {
    name: template(session.name ?? '{sub}', `${here}.name`, report),
    durationSeconds: durationSeconds ?? shortestSessionSeconds,
    ...(session.withinProof && { withinProof: true as const }),
    ...(maxAuthAgeSeconds && { maxAuthAgeSeconds }),
    ...(policy && { policy }),
    ...compileCarried(session, here, report),
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return Number(bits ?? 0) <= most;
}

const whatever = { actions: ['*'], resources: ['*'] };

function onlyFrom(
  networks: DeclaredGrant['session']['onlyFrom'],
  path: string,
  report: Report,
): readonly BoundStatement[] {
  if (!networks) return [];
  const wrong = networks.flatMap((network, index) => (isNetwork(network) ? [] : [{ network, index }]));
  for (const { network, index } of wrong) {
    report(`${path}[${index}]`, `is "${network}"; write an address or a range, as 203.0.113.0/24 or 2001:db8::/32`);
  }
  if (wrong.length > 0) return [];
  const elsewhere = { NotIpAddress: { 'aws:SourceIp': [...networks] }, Bool: { 'aws:ViaAWSService': 'false' } };
  return [{ sid: 'OnlyFrom', effect: 'Deny', ...whatever, conditions: elsewhere }];
}

function compileSessionPolicy(
  declared: readonly BoundStatement[],
  valuesMayContain: SessionPolicyTemplate['valuesMayContain'],
  path: string,
  report: Report,
): SessionPolicyTemplate {
  const policy: SessionPolicyTemplate = {
    valuesMayContain,
    statements: declared.map(({ sid, effect, except, actions, resources, conditions = {} }, index) => ({
      ...(sid !== undefined && { sid }),
      effect,
      ...(except && { except }),
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
