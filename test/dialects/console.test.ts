import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consoleLink } from '../../lib/dialects/console.ts';
import { refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { aRequest, golden, json, refusalOf } from './kit.ts';

const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const whole = { grant: 'files', token, destination: 'https://console.aws.amazon.com/s3/', durationSeconds: 900 };
const asForm = (fields: Record<string, string>) => aRequest(new URLSearchParams(fields).toString(), form);

describe('a request', () => {
  test('of a program is JSON', () => {
    const { grant, destination, durationSeconds } = whole;
    expect(consoleLink.read(aRequest(whole))).toEqual({
      by: 'program',
      proof: { kind: 'oidc', token },
      grant,
      destination,
      durationSeconds,
    });
  });

  test('of a browser is a form', () => {
    expect(consoleLink.read(asForm({ grant: 'files', samlResponse: 'PHNhbWw+', durationSeconds: '900' }))).toEqual({
      by: 'browser',
      proof: { kind: 'saml', samlResponse: 'PHNhbWw+', arrival: { by: 'client' } },
      grant: 'files',
      durationSeconds: 900,
    });
  });

  test.each<[what: string, request: ReturnType<typeof aRequest>, code: string]>([
    ['no grant', aRequest({ token }), 'request_malformed'],
    ['no proof', aRequest({ grant: 'files' }), 'request_malformed'],
    ['two proofs', aRequest({ ...whole, samlResponse: 'PHNhbWw+' }), 'request_malformed'],
    ['an unknown member', aRequest({ ...whole, role: 'x' }), 'request_malformed'],
    ['a member twice', aRequest(`{"grant":"a","grant":"b","token":"t"}`), 'request_malformed'],
    ['a destination that is a list', aRequest({ ...whole, destination: ['x'] }), 'request_malformed'],
    ['no duration', aRequest({ ...whole, durationSeconds: 0 }), 'request_malformed'],
    ['a duration in words', asForm({ grant: 'files', token, durationSeconds: '1h' }), 'request_malformed'],
    ['a field twice', aRequest(`grant=a&grant=b&token=${token}`, form), 'request_malformed'],
    ['plain text', aRequest('x', { 'content-type': 'text/plain' }), 'media_type_unsupported'],
    ['too much', aRequest(Buffer.alloc(128 * 1024 + 1, ' '), json), 'request_too_large'],
  ])('that has %s is refused', (_, request, code) => {
    const refusal = refusalOf(() => consoleLink.read(request));
    expect(refusal?.code).toBe(code);
    expect(JSON.stringify(refusal?.detail)).not.toContain(token);
  });

  test('is read or refused, whatever it has', () => {
    const bodies = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.webQueryParameters());
    fc.assert(
      fc.property(bodies, fc.constantFrom(json, form, {}), (body, headers) => {
        refusalOf(() => consoleLink.read(aRequest(body, headers)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the answer', () => {
  const link = 'https://signin.aws.amazon.com/federation?Action=login&SigninToken=abc';

  test('to a program is this, to the byte', () => {
    expect(consoleLink.answer({ to: 'program', link }, aMoment)).toStrictEqual(golden('console-granted'));
  });

  test('to a browser leads there', () => {
    const { status, headers, body } = consoleLink.answer({ to: 'browser', link }, aMoment);
    expect([status, headers.location, headers['cache-control'], body]).toEqual([303, link, 'no-store', '']);
  });

  test('that is none is this, to the byte', () => {
    expect(consoleLink.refuse(refusals.destination_not_allowed, 'request-1')).toStrictEqual(golden('console-refused'));
  });
});
