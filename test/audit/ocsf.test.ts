import { describe, expect, test } from 'vitest';
import { ocsfOf } from '../../lib/audit/ocsf.ts';
import { aKey, aRecord, aRole, aTime } from './kit.ts';

const written = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.parse(JSON.stringify(ocsfOf(aRecord(changes), '1.2.3'))) as Record<string, Record<string, unknown>>;

/** Of class 3002 in version 1.3.0, with the profile cloud. */
const required = [
  'activity_id',
  'category_uid',
  'class_uid',
  'cloud',
  'metadata',
  'severity_id',
  'time',
  'type_uid',
  'user',
];
/** At least one of them. */
const either = ['service', 'dst_endpoint'];

describe('an event of OCSF', () => {
  test.each([
    {},
    { outcome: 'refused', code: 'grant_denied', status: 403 },
    { outcome: 'fault', code: 'broker_fault', status: 500 },
    { provider: undefined, subject: undefined, operator: 'arn:aws:iam::111122223333:user/ops', grant: undefined },
    { provider: undefined, subject: undefined },
  ])('has all that the class asks for: %j', (changes) => {
    const event = written(changes);
    for (const name of required) expect(event[name], name).toBeDefined();
    expect(either.some((name) => event[name])).toBe(true);
    expect(event).toMatchObject({
      category_uid: 3,
      class_uid: 3002,
      type_uid: 300_200 + Number(event.activity_id),
      time: Date.parse(aTime),
      metadata: { version: '1.3.0', product: { name: 'Daypass', vendor_name: 'Daypass', version: '1.2.3' } },
      cloud: { provider: 'AWS' },
    });
    expect(Object.values(event.user ?? {}).some((each) => typeof each === 'string')).toBe(true);
  });

  test('says who, what, where from, and in which words of AWS', () => {
    expect(written()).toMatchObject({
      activity_name: 'Logon',
      status: 'Success',
      severity: 'Informational',
      auth_protocol: 'OpenID',
      user: { name: 'alice', uid: 'app/alice', uid_alt: 'AROAEXAMPLE:alice@acme.example' },
      actor: { idp: { name: 'app', uid: 'https://login.acme.example' } },
      session: { uid: aKey, issuer: aRole, expiration_time: Date.parse('2026-06-01T13:00:00Z') },
      cloud: { account: { uid: '111122223333' } },
      api: { operation: 'credentials', request: { uid: 'JKJaXmPLvHcESHA=' }, response: { code: 200 } },
      src_endpoint: { ip: '192.0.2.1' },
      http_request: { user_agent: 'curl/8' },
      unmapped: { grant: 'files', rule: ['StringEquals sub'], tags: { tenant: 'blue' }, proof: '22d94dcc37a23851' },
    });
  });

  test('of a no has its code', () => {
    const refused = { outcome: 'refused', code: 'grant_denied', status: 403, detail: { miss: {} } };
    expect(written(refused)).toMatchObject({
      status_id: 2,
      status_code: 'grant_denied',
      severity_id: 2,
      api: { response: { code: 403, error: 'grant_denied' } },
      unmapped: { detail: { miss: {} } },
    });
  });

  test('loses nothing of the record', () => {
    const event = JSON.stringify(written({ sourceIdentity: 'alice' }));
    for (const value of Object.values(aRecord({ sourceIdentity: 'alice' }))) {
      const isTime = typeof value === 'string' && value.endsWith('Z');
      if (isTime || value === 'exchange' || value === 'allowed' || value === 'oidc') continue;
      expect(event).toContain(JSON.stringify(value).replace(/^"|"$/g, ''));
    }
  });
});
