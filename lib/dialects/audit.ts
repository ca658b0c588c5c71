// GET /v1/admin/audit: who got which role when. For operators only.

import { requestIdForm, timeForm } from '../audit/audit-entry.ts';
import {
  type AuditPage,
  type AuditPosition,
  type AuditQuestion,
  dayMilliseconds,
  mostDays,
} from '../audit/audit-question.ts';
import type { Dialect } from './dialect.ts';
import { queryPairs } from './form.ts';
import type { HttpRequest } from './http.ts';
import { answerJson, malformed, refuseInJson } from './json.ts';
import { type Form, grantForm, operatorOf, roleForm } from './operator.ts';
import { auditParameters } from './schemas.ts';

export interface AuditAsked {
  /** The ARN that signed the request. */
  readonly operator: string;
  readonly question: AuditQuestion;
  /** As it was written. */
  readonly about: Readonly<Record<string, string>>;
}

const longestQueryBytes = 8192;
const defaultLimit = 50;
const mostRecords = 200;
/** What narrows a question so far that its time need not be told. */
const narrowing = ['key', 'person', 'role', 'grant'] as const;

export const audit = (clock: () => Date): Dialect<AuditAsked, AuditPage> => ({
  read(request) {
    const operator = operatorOf(request);
    const given = parametersIn(request);
    return { operator, question: questionIn(given, clock()), about: Object.fromEntries(given) };
  },

  answer: ({ entries, next }) =>
    answerJson(200, {
      records: entries.map(({ record }) => JSON.parse(record) as unknown),
      ...(next && { next: writtenPosition(next) }),
    }),

  refuse: refuseInJson,
});

type Given = ReadonlyMap<string, string>;
type Name = keyof typeof auditParameters.properties;
const names = Object.keys(auditParameters.properties) as readonly Name[];

function parametersIn(request: HttpRequest): Given {
  const given = new Map<string, string>();
  for (const [name, value] of queryPairs(request, { longestBytes: longestQueryBytes })) {
    if (!names.some((each) => each === name)) {
      throw malformed(`The parameters are ${names.join(', ')}; there is another.`);
    }
    if (given.has(name)) throw malformed(`"${name}" must be there once.`);
    const [form, is] = forms[name as Name];
    if (!form.test(value)) throw malformed(`"${name}" must be ${is}.`);
    given.set(name, value);
  }
  return given;
}

const time = [
  /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/,
  'a time in UTC as 2026-06-01T12:00:00Z, or a day as 2026-06-01',
] as const;

/** What a value must look like. */
const forms: Readonly<Record<Name, Form>> = {
  person: [/^[^/]+\/.{1,512}$|^arn:.{1,512}$/s, 'a provider and a subject as app/alice, or the ARN of an operator'],
  key: [/^[A-Z0-9]{16,128}$/, 'an access key ID such as ASIAIOSFODNN7EXAMPLE'],
  role: roleForm,
  grant: grantForm,
  session: [/^[\w+=,.@-]{2,64}$/, 'the name of a role session'],
  since: time,
  until: time,
  limit: [/^\d{1,3}$/, `a number from 1 to ${mostRecords}`],
  next: [/^[\w-]{1,256}$/, 'what the answer before said under "next"'],
};

function questionIn(given: Given, now: Date): AuditQuestion {
  const isNarrow = narrowing.some((name) => given.has(name));
  const until = timeIn(given, 'until', true) ?? now;
  const since = timeIn(given, 'since') ?? new Date(isNarrow ? 0 : until.getTime() - dayMilliseconds);
  if (since > until) throw malformed('"since" must be before "until".');
  if (!isNarrow && until.getTime() - since.getTime() > mostDays * dayMilliseconds) {
    throw malformed(`Without ${narrowing.join(', ')} ask for at most ${mostDays} days at once.`);
  }
  const limit = Number(given.get('limit') ?? defaultLimit);
  if (limit < 1 || limit > mostRecords) throw malformed(`"limit" must be ${forms.limit[1]}.`);
  const next = given.get('next');
  const wanted = [...narrowing, 'session' as const].flatMap((name) => {
    const value = given.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(wanted),
    since,
    until,
    limit,
    ...(next !== undefined && { after: readPosition(next) }),
  };
}

/** A day that is an end is meant whole. */
function timeIn(given: Given, name: 'since' | 'until', wholeDay = false): Date | undefined {
  const written = given.get(name);
  if (written === undefined) return undefined;
  const found = new Date(written);
  // 31 February becomes a day of March, and the 25th hour nothing.
  if (Number.isNaN(found.getTime()) || !found.toISOString().startsWith(written.slice(0, 10))) {
    throw malformed(`"${name}" must be ${time[1]}.`);
  }
  return wholeDay && written.length === 10 ? new Date(found.getTime() + dayMilliseconds - 1) : found;
}

/** Opaque to callers, and nothing that widens what was asked: only where to go on. */
const writtenPosition = ({ time, id = '' }: AuditPosition) => Buffer.from(`${time} ${id}`).toString('base64url');

function readPosition(written: string): AuditPosition {
  const [time = '', id = '', ...more] = Buffer.from(written, 'base64url').toString('utf8').split(' ');
  const isTime = timeForm.test(time) && !Number.isNaN(Date.parse(time));
  if (!isTime || (id !== '' && !requestIdForm.test(id)) || more.length > 0) {
    throw malformed(`"next" must be ${forms.next[1]}.`);
  }
  return { time, ...(id !== '' && { id }) };
}
