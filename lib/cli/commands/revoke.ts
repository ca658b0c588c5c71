import { messageOf } from '../../message-of.ts';
import { inOneLine } from '../../printable.ts';
import { isRecord } from '../../record.ts';
import { askDaypass } from '../ask-daypass.ts';
import {
  argumentsIn,
  type Command,
  type ExitCode,
  exitCodes,
  type Io,
  inJson,
  UsageError,
  waiting,
} from '../command.ts';
import { endpointOf } from '../endpoint.ts';
import type { LiveProbe } from '../live-probe.ts';
import { defaultProfile } from '../profiles.ts';
import { tableOf } from '../table.ts';

const usage = `daypass revoke (--session KEY | --person P | --grant NAME | --role ARN) [--reason TEXT] [--lift] [--dry-run]
daypass revoke --list

Takes away what was given, and gives nothing new. An explicit deny is written into the roles concerned, and the doors refuse.
The request is signed with the credentials of your AWS configuration, which must be allowed to execute-api:Invoke
POST /v1/admin/revoke.

  --session KEY     this session, by its access key ID; whoever had it may get another
  --person P        a provider and a subject, as app/alice: all sessions of now and later
  --grant NAME      all sessions of the grant's role that there are, and no new ones through Daypass
  --role ARN        the same of a role that some grant gives
  --reason TEXT     for whoever looks later
  --lift            takes it back: what was denied because of it is allowed again
  --dry-run         only tells what would be written
  --probe PROFILE   of the AWS configuration, with credentials of a session that this revokes: asks AWS with them, before and
                    after, until it denies them or a minute is over
  --list            tells what is revoked
  --endpoint URL    of Daypass   (default: DAYPASS_ENDPOINT, or where you signed in)
  --profile NAME    of the sign-in that knows the endpoint
  --json            as JSON

Exit status: 0 done, 1 it was not revoked, nothing is, or it was refused, 2 it cannot be asked, 3 not in every role, or the
probe was not denied, 4 something did not answer.
`;

const options = {
  session: { type: 'string' },
  person: { type: 'string' },
  grant: { type: 'string' },
  role: { type: 'string' },
  reason: { type: 'string' },
  lift: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  probe: { type: 'string' },
  list: { type: 'boolean' },
  endpoint: { type: 'string' },
  profile: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const revoke: Command = {
  name: 'revoke',
  summary: 'takes sessions away, and gives no new ones',
  usage,
  options,
  run,
};

type Values = ReturnType<typeof argumentsIn<typeof options>>['values'];
type Members = Readonly<Record<string, unknown>>;

const path = '/v1/admin/revoke';
const kinds = ['session', 'person', 'grant', 'role'] as const;

async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const { values } = argumentsIn(args, options);
  const named = kinds.filter((kind) => values[kind] !== undefined);
  if (named.length !== (values.list ? 0 : 1))
    throw new UsageError(`Name one of --${kinds.join(', --')}, or --list alone.`);
  if (values.probe !== undefined && (values.list || values.lift || values['dry-run']))
    throw new UsageError('--probe goes with what is revoked, not with --list, --lift and --dry-run.');
  const endpoint = endpointOf(values.endpoint, values.profile ?? defaultProfile, io);
  return values.list ? list(endpoint, values, io) : change(endpoint, values, io);
}

async function list(endpoint: string, { json }: Values, io: Io): Promise<ExitCode> {
  const { revocations } = await askDaypass({ endpoint, path, signed: true }, io);
  const found = Array.isArray(revocations) ? revocations.filter(isRecord) : [];
  if (json) io.write(inJson(found));
  else if (found.length === 0) io.tell('Nothing is revoked.\n');
  else io.write(tableOf([['SINCE', 'WHAT', 'NAME', 'BY', 'REASON'], ...found.map(rowOf)]));
  return found.length > 0 ? exitCodes.yes : exitCodes.no;
}

const text = (value: unknown) => (typeof value === 'string' ? inOneLine(value) : '');

function rowOf(found: Members): readonly string[] {
  const { kind, at, by, reason, provider, subject, grant, role, key } = found;
  const names: Members = { person: `${text(provider)}/${text(subject)}`, grant, role, session: key };
  return [text(at), text(kind), text(names[text(kind)]), text(by), text(reason)];
}

async function change(endpoint: string, values: Values, io: Io): Promise<ExitCode> {
  const { reason, lift, 'dry-run': dryRun } = values;
  const target = Object.fromEntries(
    kinds.flatMap((kind) => (values[kind] === undefined ? [] : [[kind, values[kind]]])),
  );
  const body = { ...target, ...(reason !== undefined && { reason }), ...(lift && { lift }), ...(dryRun && { dryRun }) };
  const probe = values.probe === undefined ? undefined : await probing(values.probe, io);
  const answer = await askDaypass({ endpoint, path, body, signed: true }, io);
  const seen = probe && answer.done !== 'nothing' ? await waiting('Asking AWS', denied(probe), io) : undefined;
  const roles = Array.isArray(answer.roles) ? answer.roles.filter(isRecord) : [];
  const probed = seen && { profile: values.probe, ...seen };
  io.write(
    values.json ? inJson({ ...answer, ...(probed && { probe: probed }) }) : told(answer, { roles, values, seen }),
  );
  if (answer.done === 'nothing') return exitCodes.no;
  const isOpen = roles.some(({ outcome }) => outcome === 'failed' || outcome === 'elsewhere') || seen?.denied === false;
  return isOpen ? exitCodes.open : exitCodes.yes;
}

/** Before anything is revoked: a session that is denied already would show nothing. */
async function probing(profile: string, io: Io): Promise<LiveProbe> {
  const cannot = (why: string) => new UsageError(`Nothing was revoked: the session of the profile ${profile} ${why}`);
  const probe = await io.probe(profile);
  const isDenied = await probe.isDenied().catch((error: unknown) => {
    throw cannot(`cannot be asked about. ${messageOf(error)}`);
  });
  if (isDenied) throw cannot('is denied already, so it would show nothing.');
  return probe;
}

const probeEveryMilliseconds = 1000;
const probeMilliseconds = 60_000;
/** Of two servers one may know, and the other not yet. */
const enough = 3;

type Seen = { readonly denied: true; readonly seconds: number } | { readonly denied: false };

async function denied(probe: LiveProbe): Promise<Seen> {
  const began = performance.now();
  let since = began;
  let inARow = 0;
  for (;;) {
    const asked = performance.now();
    // What goes wrong in between is no denial.
    if (!(await probe.isDenied().catch(() => false))) inARow = 0;
    else if (inARow++ === 0) since = asked;
    if (inARow === enough) return { denied: true, seconds: Math.round((since - began) / 100) / 10 };
    if (performance.now() - began > probeMilliseconds) return { denied: false };
    await new Promise((resolve) => void setTimeout(resolve, probeEveryMilliseconds));
  }
}

const wished: Readonly<Record<string, string>> = {
  denied: 'would be denied by the policy DaypassRevocations',
  cleared: 'the policy DaypassRevocations would be taken away',
};
const outcomes: Readonly<Record<string, string>> = {
  denied: 'denied: the policy DaypassRevocations was written',
  unchanged: 'as before: the policy says so already',
  cleared: 'nothing is denied any more: the policy was taken away',
  elsewhere: 'NOT WRITTEN: it is in another account; write this as its inline policy DaypassRevocations there',
  failed: 'FAILED: IAM said no',
};

const clearedElsewhere = 'NOT TAKEN AWAY: it is in another account; delete its inline policy DaypassRevocations there';

function outcomeText(
  outcome: string,
  { dryRun, document }: { readonly dryRun: boolean | undefined; readonly document: unknown },
) {
  if (outcome === 'elsewhere' && document === undefined) return clearedElsewhere;
  return (dryRun && wished[outcome]) || (outcomes[outcome] ?? outcome);
}

interface Told {
  readonly roles: readonly Members[];
  readonly values: Values;
  readonly seen: Seen | undefined;
}

function told({ done, newExchanges, propagation }: Members, { roles, values, seen }: Told): string {
  const { 'dry-run': dryRun } = values;
  if (done === 'nothing') return 'It was not revoked.\n';
  const lines = roles.flatMap(({ role, outcome, document, warnings, why }) => [
    `${text(role)}\n  ${outcomeText(text(outcome), { dryRun, document })}${why === undefined ? '' : ` (${text(why)})`}`,
    ...(Array.isArray(warnings) ? warnings.map((each) => `  mind: ${text(each)}`) : []),
    ...((dryRun || outcome === 'elsewhere') && document !== undefined ? [`  ${text(document)}`] : []),
  ]);
  const verb = `${dryRun ? 'Would be ' : ''}${text(done)}`;
  return `${[
    `${verb.charAt(0).toUpperCase()}${verb.slice(1)}.`,
    ...(roles.length === 0 ? ['No role of the configuration is concerned.'] : lines),
    `New exchanges: ${text(newExchanges)}.`,
    seen ? probedText(seen, values.probe) : text(propagation),
  ].join('\n')}\n`;
}

const probedText = (seen: Seen, profile = '') =>
  seen.denied
    ? `Probed: IAM denied the session of the profile ${profile} after ${seen.seconds} s, ${enough} times in a row. Other services follow by themselves.`
    : `NOT SEEN: for ${probeMilliseconds / 1000} s IAM did not deny the session of the profile ${profile}. Is it one of those that were revoked?`;
