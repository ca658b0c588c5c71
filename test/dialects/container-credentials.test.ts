import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { containerCredentials } from '../../lib/dialects/container-credentials.ts';
import { fault, refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { anExchanged } from './exchanged.ts';
import { golden, refusalOf } from './kit.ts';
import { aPageRequest } from './pages.ts';

const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const asking = (authorization: string | undefined, query = '') => ({
  ...aPageRequest({
    path: '/v1/container/files',
    pathParameters: { grant: 'files' },
    headers: authorization === undefined ? {} : { authorization },
  }),
  query,
});

describe('a request', () => {
  test.each([token, `Bearer ${token}`, `bearer   ${token}`])('brings its token as %j', (authorization) => {
    expect(containerCredentials.read(asking(authorization))).toEqual({
      proof: { kind: 'oidc', token },
      grant: 'files',
    });
  });

  test.each([
    undefined,
    '',
    ' ',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    `${token} ${token}`,
    `${token}, ${token}`,
    `Bearer ${token}\n`,
  ])('that brings %j brings none', (authorization) => {
    expect(refusalOf(() => containerCredentials.read(asking(authorization)))?.code).toBe('proof_missing');
  });

  test('has nothing in its query', () => {
    const refusal = refusalOf(() => containerCredentials.read(asking(token, `token=${token}`)));
    expect(refusal?.code).toBe('request_malformed');
    expect(JSON.stringify(refusal?.detail)).not.toContain(token);
  });

  test('is read or refused, whatever it has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (authorization, query) => {
        refusalOf(() => containerCredentials.read(asking(authorization, query)));
      }),
    );
  });
});

test('the answer is this, to the byte', () => {
  expect(containerCredentials.answer(anExchanged(), aMoment)).toStrictEqual(golden('container-granted'));
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(containerCredentials.refuse(refusals.grant_denied, 'request-1')).toStrictEqual(golden('container-refused'));
  });

  test.each([...Object.entries(refusals), ['fault', fault] as const])('%s is told in both spellings', (_, telling) => {
    const { status, body } = containerCredentials.refuse(telling, 'r');
    const told = JSON.parse(body);
    expect(status).toBe(telling.status);
    expect([told.Code, told.Message]).toEqual([telling.error, telling.says]);
    expect([told.code, told.message]).toEqual([telling.error, telling.says]);
  });
});
