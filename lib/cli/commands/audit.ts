import { candidatesAmong, slackMilliseconds, type Traces, tracesIn } from '../../audit/cloudtrail.ts';
import { ocsfOf } from '../../audit/ocsf.ts';
import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { askDaypass } from '../ask-daypass.ts';
import { argumentsIn, type Command, type ExitCode, exitCodes, type Io, inJson, UsageError } from '../command.ts';
import { endpointOf } from '../endpoint.ts';
import { defaultProfile } from '../profiles.ts';
import { tableOf } from '../table.ts';

const usage = `daypass audit [--person P] [--key K] [--role R] [--grant G] [--since T] [--until T] [--event FILE]

Who got which role when, newest first: of the last day, or all that Daypass keeps of a person, a key, a role or a grant. The
question is signed with the credentials of your AWS configuration, which must be allowed
to execute-api:Invoke GET /v1/admin/audit.

  --person P        a provider and a subject, as app/alice; or the ARN of an operator
  --key KEY         the access key ID of a session: tells whose it is
  --role ARN        of a role
  --grant NAME      of a grant
  --since TIME      2026-06-01, 2026-06-01T12:00:00Z, or back from now: 90m, 12h, 7d
  --until TIME      the same; a day is meant whole   (default: now)
  --event FILE      an event of CloudTrail, or - for standard input: tells who was behind it
  --limit N         of so many at most   (default: 50)
  --endpoint URL    of Daypass   (default: DAYPASS_ENDPOINT, or where you signed in)
  --profile NAME    of the sign-in that knows the endpoint
  --json            the records as JSON
  --ocsf            as events of OCSF (Authentication), one in a line

Exit status: 0 there are some, 1 there are none or it was refused, 2 it cannot be asked, 4 something did not answer.
`;

const options = {
  person: { type: 'string' },
  key: { type: 'string' },
  role: { type: 'string' },
  grant: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  event: { type: 'string' },
  limit: { type: 'string' },
  endpoint: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
  ocsf: { type: 'boolean' },
} as const;

export const audit: Command = { name: 'audit', summary: 'tells who got which role when', usage, options, run };

type Values = ReturnType<typeof argumentsIn<typeof options>>['values'];
type Asked = Readonly<Record<string, string | undefined>>;
type Records = readonly Readonly<Record<string, unknown>>[];

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = argumentsIn(args, options);
  if (values.json && values.ocsf) throw new UsageError('--json or --ocsf, not both.');
  const endpoint = endpointOf(values.endpoint, values.profile ?? defaultProfile, io);
  const limit = limitIn(values);
  const traces = values.event === undefined ? undefined : await tracesOf(values, io);
  const records = traces
    ? await behind(traces, endpoint, io)
    : await found(askedIn(values, io), { endpoint, limit }, io);
  io.write(written(records, values, io));
  if (records.length === 0) io.tell(traces ? nobodyBehind(traces) : 'Nothing is recorded of it.\n');
  else if (traces && traces.key !== records[0]?.accessKeyId) io.tell(likely(records));
  return records.length > 0 ? exitCodes.yes : exitCodes.no;
}

function written(records: Records, { json, ocsf }: Values, io: Io): string {
  if (ocsf) return records.map((each) => `${JSON.stringify(ocsfOf(each, io.version))}\n`).join('');
  return json ? inJson(records) : rowsOf(records);
}

const defaultLimit = 50;
const mostRecords = 10_000;
const pageSize = 200;

function limitIn({ limit = String(defaultLimit) }: Values): number {
  if (!/^\d{1,5}$/.test(limit) || Number(limit) < 1 || Number(limit) > mostRecords) {
    throw new UsageError(`--limit ${limit}: a number from 1 to ${mostRecords}.`);
  }
  return Number(limit);
}

function askedIn({ person, key, role, grant, since, until }: Values, io: Io): Asked {
  return { person, key, role, grant, since: timeIn('since', since, io), until: timeIn('until', until, io) };
}

const milliseconds = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** What is written back from now becomes a time; the rest is for the door to judge. */
function timeIn(name: string, written: string | undefined, io: Io): string | undefined {
  const [, amount, unit] = /^(\d{1,4})([mhd])$/.exec(written ?? '') ?? [];
  if (amount !== undefined) {
    const back = Number(amount) * milliseconds[unit as keyof typeof milliseconds];
    return new Date(io.now().getTime() - back).toISOString();
  }
  if (written !== undefined && !/^\d{4}-\d{2}-\d{2}/.test(written)) {
    throw new UsageError(`--${name} ${written}: a day or time as 2026-06-01T12:00:00Z, or back from now as 12h.`);
  }
  return written;
}

async function tracesOf({ event = '', ...others }: Values, io: Io): Promise<Traces> {
  const narrowing = (['person', 'key', 'role', 'grant', 'since', 'until', 'limit'] as const).find(
    (each) => others[each],
  );
  if (narrowing) throw new UsageError(`--event tells what is looked for; leave out --${narrowing}.`);
  const text = event === '-' ? await io.readStdin() : io.readFile(event);
  try {
    return tracesIn(text);
  } catch (cause) {
    throw new UsageError(`--event ${event}: ${(cause as Error).message}`, { cause });
  }
}

interface Where {
  readonly endpoint: string;
  readonly limit: number;
}

/** Page after page. */
async function found(asked: Asked, { endpoint, limit }: Where, io: Io): Promise<Records> {
  const records: Record<string, unknown>[] = [];
  let next: string | undefined;
  do {
    const left = Math.min(limit - records.length, pageSize);
    const given = Object.entries({ ...asked, limit: String(left), next }).filter((each) => each[1] !== undefined);
    const query = new URLSearchParams(given as [string, string][]);
    const answer = await askDaypass({ endpoint, path: `/v1/admin/audit?${query}`, signed: true }, io);
    records.push(...(Array.isArray(answer.records) ? answer.records.filter(isRecord) : []));
    next = typeof answer.next === 'string' ? answer.next : undefined;
  } while (next !== undefined && records.length < limit);
  return records;
}

/** No session lives longer: 12 hours of a role, 36 of GetFederationToken. */
const longestSession = 36 * milliseconds.h;

/** By the key where it is one that Daypass gave; else by role, session name and time, as for the console's own keys. */
async function behind(traces: Traces, endpoint: string, io: Io): Promise<Records> {
  const { key, role, session, time, subject } = traces;
  const where = { endpoint, limit: pageSize };
  const exact = key === undefined ? [] : await found({ key }, where, io);
  if (exact.length > 0 || role === undefined) return exact;
  const around = {
    since: new Date(time.getTime() - (subject === undefined ? longestSession : slackMilliseconds)).toISOString(),
    until: new Date(time.getTime() + slackMilliseconds).toISOString(),
  };
  return candidatesAmong(
    await found({ role, ...(subject === undefined && { session }), ...around }, where, io),
    traces,
  );
}

const nobodyBehind = ({ what, role }: Traces) =>
  `Nobody who came through Daypass is behind this ${inOneLine(what)}${role === undefined ? '' : ` by ${inOneLine(role)}`}. A session may have assumed another role: look for the AssumeRole event that gave its key, and ask of that.\n`;

function likely(records: Records): string {
  const people = new Set(records.map(personOf));
  const [one] = people;
  return people.size === 1
    ? `By role, session name and time: the key itself is not one that Daypass gave. Every session that it can have been is of ${one}.\n`
    : `By role, session name and time it can have been ${people.size} people, the likeliest first: the key itself is not one that Daypass gave.\n`;
}

const textIn = (value: unknown) => (typeof value === 'string' ? inOneLine(value) : '');
const personOf = ({ provider, subject, operator }: Records[number]) =>
  subject === undefined ? textIn(operator) : `${textIn(provider)}/${textIn(subject)}`;

function rowsOf(records: Records): string {
  if (records.length === 0) return '';
  const rows = records.map((record) => [
    textIn(record.time),
    personOf(record),
    textIn(record.grant) || '-',
    record.outcome === 'allowed' ? 'allowed' : textIn(record.code),
    textIn(record.accessKeyId) || '-',
    textIn(record.roleArn).replace(/^.*:role\//, '') || '-',
    textIn(record.sourceIp),
    textIn(record.door),
  ]);
  return tableOf([['TIME', 'PERSON', 'GRANT', 'RESULT', 'KEY', 'ROLE', 'FROM', 'DOOR'], ...rows]);
}
