// What is revoked, as a policy of a role: an explicit deny beats whatever allows, in every request from then on.
// Source: IAM User Guide, "Revoking IAM role temporary security credentials".

import { longestFederationSeconds, longestSessionSeconds } from '../session/session-duration.ts';
import { grantTag } from '../session/session-tags.ts';
import { type ConcernedRole, keyValueOf } from './concerned-roles.ts';
import type { Revocation, SessionTarget } from './revocation.ts';
import { keptSeconds, staleSeconds } from './revoked.ts';

export interface DenyPolicy {
  /** JSON text; `undefined` where nothing is to be denied. */
  readonly document: string | undefined;
  /** Where it denies more than was revoked, or less. */
  readonly warnings: readonly string[];
}

/** IAM takes 10,240 characters of all inline policies of a role together; this is our part. */
export const longestDocument = 6144;

/**
 * Whoever revokes may take 20 s until it is stored, a door not know of it for so long, and one that asked before take 20 s
 * more to issue: what is given until then is denied as well.
 */
const lateMilliseconds = (20 + staleSeconds + keptSeconds + 25) * 1000;
/** Between STS and the record of it lies the rest of the exchange; between their clocks hardly anything. */
const beforeRecord = 30_000;
const afterRecord = 5_000;

/**
 * Sessions one by one and people by name, where that fits. Where it does not, everything that is as old: first for the
 * sessions, then for the people, and it says so.
 */
export function denyPolicy(
  role: ConcernedRole,
  revocations: readonly Revocation[],
  { now, longest = longestDocument }: { readonly now: Date; readonly longest?: number },
): DenyPolicy {
  const wholes = revocations.filter(
    (each) =>
      (each.kind === 'grant' && role.grants.includes(each.grant)) || (each.kind === 'role' && each.role === role.arn),
  );
  const people = revocations
    .filter((each) => each.kind === 'person')
    .filter(({ provider }) => role.people.some((each) => each.provider === provider));
  const sessions = revocations.filter((each) => each.kind === 'session').filter((each) => each.role === role.arn);

  const others = role.grants.filter((name) => !wholes.some((each) => each.kind === 'grant' && each.grant === name));
  const isUser = role.arn.includes(':user/');
  // Sessions of the one IAM user say by which grant they are.
  const isShared = !isUser && wholes.length > 0 && wholes.every(({ kind }) => kind === 'grant') && others.length > 0;
  const shared = isShared
    ? [
        `Sessions of the grants ${others.join(', ')} are denied as well: they are of the same role, and nothing tells them apart.`,
      ]
    : [];

  // What was older than this is over: no session is longer.
  const longestSession = 1000 * (isUser ? longestFederationSeconds : longestSessionSeconds);
  const denied = wholes
    .map((each) => ({ ...each, older: Date.parse(each.at) + lateMilliseconds }))
    .filter(({ older }) => older > now.getTime() - longestSession);
  const newest = Math.max(...denied.map(({ older }) => older));
  const older = isUser ? Number.NEGATIVE_INFINITY : newest;
  const named = [...(isUser ? denied.flatMap(grantConditions) : []), ...peopleStatements(role, people)];
  const fine = documentOf(older, named, sessions);
  if (fits(fine, longest)) return { document: fine, warnings: shared };

  const withSessions = Math.max(older, ...sessions.map(({ recorded }) => Date.parse(recorded) + afterRecord));
  const tooMany =
    sessions.length > 0
      ? [
          `${sessions.length} sessions are too many to be denied one by one: every session of the role that is as old as the newest of them is denied with them, until ${written(withSessions + longestSession)}.`,
        ]
      : [];
  const coarse = documentOf(withSessions, named, []);
  if (fits(coarse, longest)) return { document: coarse, warnings: [...shared, ...tooMany] };

  const withPeople = Math.max(withSessions, newest, ...people.map(({ at }) => Date.parse(at) + lateMilliseconds));
  const ofPeople = `${people.length} people are too many to be denied by name: every session of the role that is as old as the newest revocation is denied instead. Daypass refuses these people, but a session that one of them gets from AWS STS itself after that is not denied.`;
  return { document: documentOf(withPeople, [], []), warnings: [...shared, ...tooMany, ofPeople] };
}

/** Of sessions of the grant that are as old, and of no others. */
const grantConditions = (each: Revocation & { readonly older: number }): readonly Conditions[] =>
  each.kind === 'grant'
    ? [
        {
          DateLessThan: { 'aws:TokenIssueTime': written(each.older) },
          StringEquals: { [`aws:PrincipalTag/${grantTag}`]: each.grant },
        },
      ]
    : [];

const fits = (document: string | undefined, longest: number) => (document?.length ?? 0) <= longest;

type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

function documentOf(
  older: number,
  people: readonly Conditions[],
  sessions: readonly SessionTarget[],
): string | undefined {
  const conditions: readonly Conditions[] = [
    ...(Number.isFinite(older) ? [{ DateLessThan: { 'aws:TokenIssueTime': written(older) } }] : []),
    ...people,
    // Those that are as old are denied already.
    ...sessions.filter(({ recorded }) => !(Date.parse(recorded) + afterRecord <= older)).map(sessionConditions),
  ];
  if (conditions.length === 0) return undefined;
  const statements = conditions.map((Condition) => ({ Effect: 'Deny', Action: '*', Resource: '*', Condition }));
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** The name of a session is used again and again: the time tells which one is meant. */
function sessionConditions({ userId, recorded }: SessionTarget): Conditions {
  const at = Date.parse(recorded);
  return {
    StringEquals: { 'aws:userid': userId },
    DateGreaterThan: { 'aws:TokenIssueTime': written(at - beforeRecord) },
    DateLessThan: { 'aws:TokenIssueTime': written(at + afterRecord) },
  };
}

/** By name and without end: a person may have a token still that AWS STS takes. */
function peopleStatements(
  { people }: ConcernedRole,
  revoked: readonly { readonly provider: string; readonly subject: string }[],
): readonly Conditions[] {
  return people.flatMap((person) => {
    const { provider, subject, also } = person;
    const ofProvider = revoked.filter((each) => each.provider === provider);
    const subjects = ofProvider.map((each) => literally(keyValueOf(each.subject, person)));
    return subjects.length === 0 ? [] : [{ StringEquals: { [subject]: [...new Set(subjects)], ...also } }];
  });
}

/** A subject with ${aws:userid} in it would be a policy variable, and deny somebody else or nobody. */
const literally = (text: string) => text.replaceAll('$', '${$}');

const written = (milliseconds: number) => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
