import { describe, expect, test } from 'vitest';
import { candidatesAmong, type Traces, tracesIn } from '../../lib/audit/cloudtrail.ts';
import { aKey, aRecord, aRole } from './kit.ts';

const time = '2026-06-01T12:30:00Z';
const aCall = (identity: object = {}) => ({
  eventTime: time,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE:alice@acme.example',
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice@acme.example',
    accountId: '111122223333',
    accessKeyId: aKey,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: aRole, userName: 'daypass-files' },
      attributes: { creationDate: '2026-06-01T12:00:01Z', mfaAuthenticated: 'false' },
      sourceIdentity: 'alice',
    },
    ...identity,
  },
});
const traces = (event: unknown) => tracesIn(JSON.stringify(event));
const ofCall: Traces = {
  time: new Date(time),
  what: 's3.amazonaws.com GetObject',
  key: aKey,
  role: aRole,
  session: 'alice@acme.example',
  sourceIdentity: 'alice',
  began: new Date('2026-06-01T12:00:01Z'),
};

describe('an event', () => {
  test('of a call tells the key, the role, the name of the session and when it began', () => {
    expect(traces(aCall())).toEqual(ofCall);
  });

  test.each<[string, unknown]>([
    ['as CloudTrail delivers it', { Records: [aCall()] }],
    ['as it is looked up', { Events: [{ EventId: '1', CloudTrailEvent: JSON.stringify(aCall()) }] }],
    ['alone of those that were looked up', { EventId: '1', CloudTrailEvent: JSON.stringify(aCall()) }],
    ['as EventBridge wraps it', { source: 'aws.s3', 'detail-type': 'AWS API Call via CloudTrail', detail: aCall() }],
  ])('is read %s', (_, event) => {
    expect(traces(event)).toEqual(ofCall);
  });

  test('with a long-term key has no key of ours', () => {
    const user = {
      type: 'IAMUser',
      principalId: 'AIDAEXAMPLE',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      sessionContext: undefined,
    };
    expect(traces(aCall(user))).toEqual({ time: new Date(time), what: 's3.amazonaws.com GetObject' });
  });

  test('of STS tells the key that was given to a token', () => {
    const event = {
      eventTime: time,
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRoleWithWebIdentity',
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example:web:alice',
        userName: 'alice',
        identityProvider: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example',
      },
      requestParameters: { roleArn: aRole, roleSessionName: 'alice@acme.example', durationSeconds: 3600 },
      responseElements: { credentials: { accessKeyId: aKey, expiration: 'Jun 1, 2026, 1:00:00 PM' } },
    };
    expect(traces(event)).toEqual({
      time: new Date(time),
      what: 'sts.amazonaws.com AssumeRoleWithWebIdentity',
      key: aKey,
      role: aRole,
      session: 'alice@acme.example',
      subject: 'alice',
    });
  });

  test('of STS, asked by a session, tells who asked and not whom the answer is for', () => {
    const event = {
      ...aCall(),
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      responseElements: { credentials: { accessKeyId: 'ASIAANOTHERANOTHER00' } },
    };
    expect(traces(event).key).toBe(aKey);
  });

  test.each<[string, string]>([
    ['not JSON', '{'],
    ['no userIdentity', '{}'],
    ['no userIdentity', '[]'],
    ['no userIdentity', 'null'],
    ['no eventTime', JSON.stringify({ ...aCall(), eventTime: 'yesterday' })],
    ['2 events', JSON.stringify({ Records: [aCall(), aCall()] })],
    ['0 events', JSON.stringify({ Events: [] })],
  ])('that has %s is told so', (says, text) => {
    expect(() => tracesIn(text)).toThrow(says);
  });
});

describe('the sessions that it can have been', () => {
  const at = (begun: string, ends: string, more: object = {}) => aRecord({ time: begun, expiration: ends, ...more });
  const early = at('2026-06-01T10:00:00.000Z', '2026-06-01T12:10:00.000Z', { requestId: 'early' });
  const first = at('2026-06-01T11:00:00.000Z', '2026-06-01T13:00:00.000Z', { requestId: 'first' });
  const second = at('2026-06-01T12:00:00.000Z', '2026-06-01T14:00:00.000Z', { requestId: 'second' });
  const late = at('2026-06-01T12:45:00.000Z', '2026-06-01T14:00:00.000Z', { requestId: 'late' });
  const all = [late, second, first, early];
  const idsOf = (more: Partial<Traces>) =>
    candidatesAmong(all, { time: new Date(time), what: '', ...more }).map(({ requestId }) => requestId);

  test('lived at the time, the newest first', () => {
    expect(idsOf({})).toEqual(['second', 'first']);
  });

  test('come in the order of how well their beginning fits', () => {
    expect(idsOf({ began: new Date('2026-06-01T11:00:10Z') })).toEqual(['first', 'second']);
  });

  test('have the same source identity', () => {
    expect(idsOf({ sourceIdentity: 'bob' })).toEqual([]);
  });

  test('of a refusal by STS are those of the subject, at that very time', () => {
    const refused = aRecord({ outcome: 'refused', time: '2026-06-01T12:30:10.000Z', requestId: 'refused' });
    const other = { ...refused, subject: 'bob' };
    const found = candidatesAmong([refused, other, second], { time: new Date(time), what: '', subject: 'alice' });
    expect(found.map(({ requestId }) => requestId)).toEqual(['refused']);
  });
});
