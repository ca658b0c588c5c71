import { describe, expect, test } from 'vitest';
import type { LiveDoors } from '../../lib/cli/live-doors.ts';
import { aKey, aRecord, aRole } from '../audit/kit.ts';
import { type Around, daypass } from './kit.ts';

const endpoint = ['--endpoint', 'https://daypass.example'];
const doors: LiveDoors = { sign: async ({ headers }) => ({ ...headers, authorization: 'AWS4-HMAC-SHA256 signed' }) };

/** A door that answers these, one after the other; what it was asked. */
function aDoor(answers: readonly unknown[], status = 200) {
  const asked: URL[] = [];
  const signed: (string | null)[] = [];
  const left = [...answers];
  const send: typeof fetch = async (url, init) => {
    asked.push(new URL(String(url)));
    signed.push(new Headers(init?.headers).get('authorization'));
    return new Response(JSON.stringify(left.shift() ?? { records: [] }), { status });
  };
  return { asked, signed, around: { fetch: send, doors } satisfies Around };
}

const queries = (asked: readonly URL[]) => asked.map(({ searchParams }) => Object.fromEntries(searchParams));

describe('daypass audit', () => {
  test('asks signed, and shows a table', async () => {
    const { asked, signed, around } = aDoor([
      { records: [aRecord(), aRecord({ outcome: 'refused', code: 'sts_denied', accessKeyId: undefined })] },
    ]);
    const { exit, out } = await daypass(['audit', '--person', 'app/alice', '--since', '12h', ...endpoint], around);
    expect(exit).toBe(0);
    expect(
      out,
    ).toBe(`TIME                      PERSON     GRANT  RESULT      KEY                   ROLE           FROM       DOOR
2026-06-01T12:00:00.000Z  app/alice  files  allowed     ${aKey}  daypass-files  192.0.2.1  credentials
2026-06-01T12:00:00.000Z  app/alice  files  sts_denied  -                     daypass-files  192.0.2.1  credentials
`);
    expect([asked[0]?.pathname, signed]).toEqual(['/v1/admin/audit', ['AWS4-HMAC-SHA256 signed']]);
    expect(queries(asked)).toEqual([{ person: 'app/alice', since: '2026-06-01T00:00:00.000Z', limit: '50' }]);
  });

  test('goes on to the next page, up to the limit', async () => {
    const { asked, around } = aDoor([
      { records: [aRecord()], next: 'abc' },
      { records: [], next: 'def' },
      { records: [aRecord()] },
    ]);
    const { out } = await daypass(['audit', '--limit', '300', '--json', ...endpoint], around);
    expect(JSON.parse(out)).toHaveLength(2);
    expect(queries(asked).map(({ limit, next }) => [limit, next])).toEqual([
      ['200', undefined],
      ['200', 'abc'],
      ['200', 'def'],
    ]);
  });

  test('writes OCSF, one event in a line', async () => {
    const { around } = aDoor([{ records: [aRecord(), aRecord()] }]);
    const { out } = await daypass(['audit', '--ocsf', ...endpoint], around);
    const events = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ class_uid: 3002, metadata: { product: { version: '1.2.3' } } });
  });

  test('shows nothing that a terminal obeys', async () => {
    const { around } = aDoor([{ records: [aRecord({ subject: 'a\u001b[31m\nb' })] }]);
    expect((await daypass(['audit', ...endpoint], around)).out).toContain('app/a\\u{1b}[31m\\u{a}b');
  });

  test('says when there is nothing', async () => {
    const { around } = aDoor([]);
    expect(await daypass(['audit', '--key', aKey, ...endpoint], around)).toEqual({
      exit: 1,
      out: '',
      err: 'Nothing is recorded of it.\n',
    });
  });

  test.each([
    [['--json', '--ocsf'], 'not both'],
    [['--since', 'yesterday'], '--since yesterday'],
    [['--limit', '0'], 'a number from 1 to'],
    [['--event', 'x', '--person', 'app/alice'], 'leave out --person'],
  ])('%j is not asked', async (args, says) => {
    const { around } = aDoor([]);
    expect(await daypass(['audit', ...args, ...endpoint], around)).toMatchObject({
      exit: 2,
      err: expect.stringContaining(says),
    });
  });

  test('says whose no it is', async () => {
    const gateway = aDoor([{ message: 'Forbidden' }], 403).around;
    expect(await daypass(['audit', ...endpoint], gateway)).toMatchObject({
      exit: 1,
      err: expect.stringContaining('may not execute-api:Invoke GET /v1/admin/audit'),
    });
    const ours = aDoor([{ error: 'request_malformed', message: '"key" must be', requestId: 'r' }], 400).around;
    expect(await daypass(['audit', ...endpoint], ours)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('"key" must be'),
    });
    const unsigned = {
      ...ours,
      doors: { sign: () => Promise.reject(new Error('Could not load credentials from any providers')) },
    };
    expect(await daypass(['audit', ...endpoint], unsigned)).toMatchObject({
      exit: 2,
      err: expect.stringContaining('Sign in to AWS first'),
    });
  });
});

describe('an event of CloudTrail', () => {
  const event = (key: string) =>
    JSON.stringify({
      eventTime: '2026-06-01T12:30:00Z',
      eventSource: 's3.amazonaws.com',
      eventName: 'DeleteObject',
      userIdentity: {
        type: 'AssumedRole',
        principalId: 'AROAEXAMPLE:alice@acme.example',
        accessKeyId: key,
        sessionContext: { sessionIssuer: { arn: aRole }, attributes: { creationDate: '2026-06-01T12:00:00Z' } },
      },
    });

  test('leads by its key to the person', async () => {
    const { asked, around } = aDoor([{ records: [aRecord()] }]);
    const ran = await daypass(['audit', '--event', 'event.json', ...endpoint], {
      ...around,
      files: { 'event.json': event(aKey) },
    });
    expect([ran.exit, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('app/alice');
    expect(queries(asked)).toEqual([{ key: aKey, limit: '200' }]);
  });

  test('with a key of the console leads there by role, session name and time, and says how sure that is', async () => {
    const others = [aRecord(), aRecord({ time: '2026-06-01T08:00:00.000Z', expiration: '2026-06-01T09:00:00.000Z' })];
    const { asked, around } = aDoor([{ records: [] }, { records: others }]);
    const ran = await daypass(['audit', '--event', '-', ...endpoint], {
      ...around,
      stdin: event('ASIACONSOLECONSOLE00'),
    });
    expect(ran).toMatchObject({ exit: 0, err: expect.stringContaining('is of app/alice') });
    expect(ran.out.trim().split('\n')).toHaveLength(2);
    expect(queries(asked)[1]).toEqual({
      role: aRole,
      session: 'alice@acme.example',
      since: '2026-05-31T00:30:00.000Z',
      until: '2026-06-01T12:31:00.000Z',
      limit: '200',
    });
  });

  test('that can have been several people says so', async () => {
    const { around } = aDoor([{ records: [] }, { records: [aRecord(), aRecord({ subject: 'bob' })] }]);
    const ran = await daypass(['audit', '--event', '-', ...endpoint], {
      ...around,
      stdin: event('ASIACONSOLECONSOLE00'),
    });
    expect(ran.err).toContain('2 people');
  });

  test('of nobody who came through here says where to look next', async () => {
    const { around } = aDoor([]);
    const ran = await daypass(['audit', '--event', '-', ...endpoint], {
      ...around,
      stdin: event('ASIAELSEWHEREELSE000'),
    });
    expect(ran).toMatchObject({ exit: 1, out: '', err: expect.stringContaining('AssumeRole event') });
  });

  test('that is none is told so', async () => {
    const { around } = aDoor([]);
    expect(await daypass(['audit', '--event', '-', ...endpoint], { ...around, stdin: '{}' })).toMatchObject({
      exit: 2,
      err: expect.stringContaining('no userIdentity'),
    });
  });
});
