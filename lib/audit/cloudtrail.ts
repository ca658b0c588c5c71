// An event of CloudTrail → the exchange behind it: the very key, or the sessions that it can have been.
// Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element"; IAM User Guide, "Logging IAM and AWS STS API
// calls with AWS CloudTrail".

import { isRecord } from '../record.ts';

type Members = Readonly<Record<string, unknown>>;

/** What an event tells of whose it was. */
export interface Traces {
  readonly time: Date;
  readonly what: string;
  /** Of temporary credentials: those that were used, or of an STS event those that were given. */
  readonly key?: string;
  readonly role?: string;
  readonly session?: string;
  readonly sourceIdentity?: string;
  /** When the session began, where the event says so. */
  readonly began?: Date;
  /** Of an STS event by which nothing was given. */
  readonly subject?: string;
}

/** Throws a plain `Error` that says what an event must be. */
export function tracesIn(text: string): Traces {
  const event = eventIn(parsed(text));
  const time = new Date(textOf(event, 'eventTime') ?? '');
  if (Number.isNaN(time.getTime())) throw new Error('The event has no eventTime.');
  const what = `${textOf(event, 'eventSource') ?? 'an unknown service'} ${textOf(event, 'eventName') ?? 'an unknown event'}`;
  const traces =
    textOf(event, 'eventSource') === stsSource ? ofSts(event) : ofIdentity(membersOf(event, 'userIdentity'));
  return { time, what, ...traces };
}

const stsSource = 'sts.amazonaws.com';

/** Alone, in a list of one, as EventBridge wraps it, or as `aws cloudtrail lookup-events` gives it. */
function eventIn(value: unknown): Members {
  const found = isRecord(value) ? value : {};
  for (const list of [found.Records, found.Events]) {
    if (!Array.isArray(list)) continue;
    if (list.length !== 1) throw new Error(`There are ${list.length} events in it; bring one.`);
    return eventIn(list[0]);
  }
  if (typeof found.CloudTrailEvent === 'string') return eventIn(parsed(found.CloudTrailEvent));
  if (isRecord(found.detail) && found.eventTime === undefined) return eventIn(found.detail);
  if (!isRecord(found.userIdentity)) throw new Error('It is no event of CloudTrail: it has no userIdentity.');
  return found;
}

/** What AssumeRole… gave is in the answer; who asked for it is another matter where it was an AWS caller. */
function ofSts(event: Members): Partial<Traces> {
  const identity = membersOf(event, 'userIdentity');
  const asked = membersOf(event, 'requestParameters');
  const given = membersOf(membersOf(event, 'responseElements'), 'credentials');
  const type = textOf(identity, 'type');
  if (type !== 'WebIdentityUser' && type !== 'SAMLUser') return ofIdentity(identity);
  return leaveOut({
    key: textOf(given, 'accessKeyId'),
    role: textOf(asked, 'roleArn'),
    session: textOf(asked, 'roleSessionName'),
    subject: textOf(identity, 'userName'),
  });
}

function ofIdentity(identity: Members): Partial<Traces> {
  const context = membersOf(identity, 'sessionContext');
  const began = new Date(textOf(membersOf(context, 'attributes'), 'creationDate') ?? '');
  const [, session] = /^A[A-Z0-9]+:(.+)$/.exec(textOf(identity, 'principalId') ?? '') ?? [];
  const key = textOf(identity, 'accessKeyId');
  return leaveOut({
    // A long-term key is nobody's who came through Daypass.
    key: key?.startsWith('ASIA') ? key : undefined,
    role: textOf(membersOf(context, 'sessionIssuer'), 'arn'),
    session,
    sourceIdentity: textOf(context, 'sourceIdentity'),
    began: Number.isNaN(began.getTime()) ? undefined : began,
  });
}

/** Records of sessions of this name and role that lived at the time, the likeliest first. */
export function candidatesAmong(records: readonly Members[], traces: Traces): readonly Members[] {
  const { time, began, sourceIdentity, subject } = traces;
  const of = (record: Members, name: string) => Date.parse(textOf(record, name) ?? '');
  const fits = (record: Members) =>
    subject === undefined
      ? of(record, 'time') <= time.getTime() + slackMilliseconds &&
        of(record, 'expiration') >= time.getTime() &&
        (sourceIdentity === undefined || record.sourceIdentity === sourceIdentity)
      : record.subject === subject && Math.abs(of(record, 'time') - time.getTime()) <= slackMilliseconds;
  const distance = (record: Members) => (began ? Math.abs(of(record, 'time') - began.getTime()) : -of(record, 'time'));
  return records.filter(fits).sort((a, b) => distance(a) - distance(b));
}

/** Between the clocks of AWS and ours, and the second to which CloudTrail tells time. */
export const slackMilliseconds = 60_000;

const textOf = (members: Members, name: string): string | undefined => {
  const value = members[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};
const membersOf = (members: Members, name: string): Members => {
  const value = members[name];
  return isRecord(value) ? value : {};
};
const leaveOut = (traces: Readonly<Record<string, unknown>>): Partial<Traces> =>
  Object.fromEntries(Object.entries(traces).filter(([, value]) => value !== undefined));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('It is no event of CloudTrail: it is not JSON.');
  }
}
