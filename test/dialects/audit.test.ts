import { describe, expect, test } from 'vitest';
import { audit } from '../../lib/dialects/audit.ts';
import { refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { aRequest, golden, refusalOf } from './kit.ts';

const dialect = audit(() => aMoment);
const operator = 'arn:aws:iam::111122223333:user/operator';
const asking = (query: string, iamCaller: string | undefined = operator) => ({
  ...aRequest(''),
  method: 'GET',
  path: '/v1/admin/audit',
  query,
  ...(iamCaller !== undefined && { iamCaller }),
});
const hintOf = (query: string) => refusalOf(() => dialect.read(asking(query)))?.detail.hint;
const questionOf = (query: string) => dialect.read(asking(query)).question;

describe('a question', () => {
  test('of nothing is of the last day', () => {
    expect(dialect.read(asking(''))).toEqual({
      operator,
      question: { since: new Date('2026-05-31T12:00:00Z'), until: aMoment, limit: 50 },
      about: {},
    });
  });

  test('of somebody is of all that there is of him', () => {
    expect(questionOf('person=corp%2Fbob%2Fadmin')).toMatchObject({
      person: 'corp/bob/admin',
      since: new Date(0),
      until: aMoment,
    });
  });

  test('may name all at once', () => {
    const role = 'arn:aws:iam::111122223333:role/path/daypass-files';
    const query = new URLSearchParams({
      person: 'app/alice',
      key: 'ASIAIOSFODNN7EXAMPLE',
      role,
      grant: 'files',
      session: 'alice@acme.example',
      since: '2026-05-01',
      until: '2026-05-02',
      limit: '200',
    });
    expect(questionOf(String(query))).toEqual({
      person: 'app/alice',
      key: 'ASIAIOSFODNN7EXAMPLE',
      role,
      grant: 'files',
      session: 'alice@acme.example',
      since: new Date('2026-05-01T00:00:00Z'),
      until: new Date('2026-05-02T23:59:59.999Z'),
      limit: 200,
    });
  });

  test('goes on where the answer before said', () => {
    const next = Buffer.from('2026-06-01T11:00:00.000Z JKJaXmPLvHcESHA=').toString('base64url');
    expect(questionOf(`next=${next}`).after).toEqual({ time: '2026-06-01T11:00:00.000Z', id: 'JKJaXmPLvHcESHA=' });
  });

  test.each([
    ['who=alice', 'The parameters are person, key, role, grant, session, since, until, limit, next; there is another.'],
    [
      '__proto__=alice',
      'The parameters are person, key, role, grant, session, since, until, limit, next; there is another.',
    ],
    ['grant=a&grant=b', '"grant" must be there once.'],
    ['grant=', '"grant" must be the name of a grant.'],
    ['grant=a%20b', '"grant" must be the name of a grant.'],
    ['person=alice', '"person" must be a provider and a subject as app/alice, or the ARN of an operator.'],
    ['key=akia', '"key" must be an access key ID such as ASIAIOSFODNN7EXAMPLE.'],
    ['role=daypass-files', '"role" must be the ARN of a role: arn:aws:iam::{account}:role/{name}.'],
    ['session=a%20b', '"session" must be the name of a role session.'],
    ['since=yesterday', '"since" must be a time in UTC as 2026-06-01T12:00:00Z, or a day as 2026-06-01.'],
    ['since=2026-02-31', '"since" must be a time in UTC as 2026-06-01T12:00:00Z, or a day as 2026-06-01.'],
    [
      'until=2026-06-01T12:00:00%2B02:00',
      '"until" must be a time in UTC as 2026-06-01T12:00:00Z, or a day as 2026-06-01.',
    ],
    ['since=2026-06-02&until=2026-06-01', '"since" must be before "until".'],
    ['since=2026-01-01', 'Without key, person, role, grant ask for at most 31 days at once.'],
    ['session=alice&since=2026-01-01', 'Without key, person, role, grant ask for at most 31 days at once.'],
    ['limit=0', '"limit" must be a number from 1 to 200.'],
    ['limit=201', '"limit" must be a number from 1 to 200.'],
    ['limit=1e1', '"limit" must be a number from 1 to 200.'],
    ['next=AAAA', '"next" must be what the answer before said under "next".'],
    [
      `next=${Buffer.from('2026-06-01T11:00:00.000Z a b').toString('base64url')}`,
      '"next" must be what the answer before said under "next".',
    ],
    ['%zz=1', 'The form is not encoded as a form.'],
  ])('%s: %s', (query, hint) => {
    expect(hintOf(query)).toBe(hint);
  });

  test('without end is refused before it is read', () => {
    expect(refusalOf(() => dialect.read(asking(`person=${'a'.repeat(9000)}`)))?.code).toBe('request_too_large');
  });

  test('is nobody’s without IAM’s word', () => {
    const { iamCaller: _, ...open } = asking('');
    expect(refusalOf(() => dialect.read(open))?.code).toBe('operator_unknown');
  });
});

describe('an answer', () => {
  test('has the records, and where the next begins', () => {
    const entry = {
      id: 'request-1',
      time: '2026-06-01T12:00:00.000Z',
      record: '{"event":"exchange","subject":"alice"}',
    };
    expect(dialect.answer({ entries: [entry], next: { time: entry.time, id: entry.id } }, aMoment)).toEqual(
      golden('audit-granted'),
    );
  });

  test('is a no in our own words', () => {
    const { status, error, says } = refusals.request_malformed;
    const hint = String(hintOf('grant='));
    expect(dialect.refuse({ status, error, says: `${says} ${hint}`, hint }, 'request-1')).toEqual(
      golden('audit-refused'),
    );
  });
});
