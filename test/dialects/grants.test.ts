import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grants } from '../../lib/dialects/grants.ts';
import { refusals } from '../../lib/refusal.ts';
import { aGrant } from '../kit/builders.ts';
import { aRequest, golden, refusalOf } from './kit.ts';

const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const bearing = (authorization: string) => aRequest('', { authorization });

describe('a request for grants', () => {
  test.each([`Bearer ${token}`, `bearer ${token}`, `BEARER   ${token}`])('is read from %j', (authorization) => {
    expect(grants.read(bearing(authorization))).toEqual({ proof: { kind: 'oidc', token } });
  });

  test('may bear a signed AWS request, which nothing else begins like', () => {
    const request = 'daypass-aws-v1.eyJ1cmwiOiIifQ';
    expect(grants.read(bearing(`Bearer ${request}`))).toEqual({ proof: { kind: 'aws', request } });
    expect(grants.read(bearing(`Bearer x${request}`)).proof.kind).toBe('oidc');
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    token,
    `Basic ${token}`,
    `Bearer${token}`,
    `Bearer ${token} ${token}`,
    ` Bearer ${token}`,
    `Bearer ${token} `,
    `Token Bearer ${token}`,
  ])('with %j has no proof', (authorization) => {
    expect(refusalOf(() => grants.read(bearing(authorization)))?.code).toBe('proof_missing');
  });

  test('without the header has no proof', () => {
    expect(refusalOf(() => grants.read(aRequest('', {})))?.code).toBe('proof_missing');
  });

  test('takes no token from a body', () => {
    expect(refusalOf(() => grants.read(aRequest({ token })))?.code).toBe('proof_missing');
  });

  test('is read or refused, and no refusal repeats it', () => {
    const pieces = fc.constantFrom('Bearer', 'bearer', ' ', token, ',', '"', '\t');
    const headers = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(headers, (authorization) => {
        const refusal = refusalOf(() => grants.read(bearing(authorization)));
        if (refusal) expect([refusal.code, refusal.detail]).toEqual(['proof_missing', {}]);
      }),
    );
  });
});

describe('an answer with grants', () => {
  const reports = aGrant({
    name: 'reports',
    roleArn: 'arn:aws:iam::111122223333:role/reports',
    accountName: 'Shop production',
    durationSeconds: 14_400,
    roleSeconds: 7200,
    when: { StringEquals: { team: 'secret-team' } },
  });

  test('is this, to the byte', () => {
    expect(grants.answer([aGrant(), reports], new Date(0))).toStrictEqual(golden('grants-granted'));
  });

  test('does not tell why a grant fits', () => {
    expect(grants.answer([reports], new Date(0)).body).not.toContain('secret-team');
  });

  test('may have none', () => {
    expect(grants.answer([], new Date(0)).body).toBe('{"grants":[]}');
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(grants.refuse(refusals.proof_missing, 'request-1')).toStrictEqual(golden('grants-refused'));
  });
});
