import { expect, test } from 'vitest';
import { requestKeys, roleTagKeys } from '../../lib/policy/request-keys.ts';

test('every request has a time, written in two ways, an address, and came over TLS from nobody else', () => {
  expect(requestKeys({ now: new Date('2030-01-01T00:00:00.999Z'), sourceIp: '203.0.113.7' })).toEqual([
    ['aws:CurrentTime', '2030-01-01T00:00:00.999Z'],
    ['aws:EpochTime', '1893456000'],
    ['aws:SourceIp', '203.0.113.7'],
    ['aws:SecureTransport', 'true'],
    ['aws:ViaAWSService', 'false'],
  ]);
});

test('a tag of a role is known by the name of any service and by that of IAM', () => {
  expect(roleTagKeys(new Map([['team', 'blue']]))).toEqual([
    ['aws:ResourceTag/team', 'blue'],
    ['iam:ResourceTag/team', 'blue'],
  ]);
});

test('an address that nobody knows is no address', () => {
  const keys = requestKeys({ now: new Date(0), sourceIp: undefined }).map(([key]) => key);
  expect(keys).toEqual(['aws:CurrentTime', 'aws:EpochTime', 'aws:SecureTransport', 'aws:ViaAWSService']);
});
