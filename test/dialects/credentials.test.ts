import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { credentials } from '../../lib/dialects/credentials.ts';
import { longestBodyBytes } from '../../lib/dialects/json.ts';
import type { Exchanged } from '../../lib/exchange.ts';
import { type RefusalCode, refusals } from '../../lib/refusal.ts';
import { browserCookie } from '../../lib/sign-in/cookies.ts';
import { aGrant } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';
import { aRequest, golden, json, refusalOf } from './kit.ts';

const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const whole = { grant: 'files', token };
const withDuration = (literal: string) => `{"grant":"files","token":"${token}","durationSeconds":${literal}}`;

const exchanged = (duration: Exchanged['session']['duration'], expiration = '2026-06-01T13:00:00Z'): Exchanged => ({
  credentials: {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'secret/+=example',
    sessionToken: 'IQoJb3JpZ2luX2VjExample',
    expiration: new Date(expiration),
  },
  user: {
    kind: 'assumed-role',
    arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
    userId: 'AROAEXAMPLE:alice',
  },
  told: new Map(),
  grant: aGrant(),
  session: {
    way: 'forward',
    evidence: { kind: 'oidc', token },
    roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
    sessionName: 'alice',
    duration,
  },
});

describe('a request for credentials', () => {
  test('is read', () => {
    expect(credentials.read(aRequest({ ...whole, durationSeconds: 900 }))).toEqual({
      grant: 'files',
      proof: { kind: 'oidc', token },
      durationSeconds: 900,
    });
  });

  test('asks for no duration where none is given', () => {
    expect(credentials.read(aRequest(whole))).toEqual({ grant: 'files', proof: { kind: 'oidc', token } });
  });

  test('may bring a SAML response, which then came by a client', () => {
    expect(credentials.read(aRequest({ grant: 'files', samlResponse: 'PHNhbWw+' }))).toEqual({
      grant: 'files',
      proof: { kind: 'saml', samlResponse: 'PHNhbWw+', arrival: { by: 'client' } },
    });
  });

  test('takes no cookie for a SAML response', () => {
    const request = aRequest({ grant: 'files', samlResponse: 'PHNhbWw+' });
    const withCookie = { ...request, cookies: new Map([[browserCookie, 'secret']]) };
    expect(credentials.read(withCookie)).toEqual(credentials.read(request));
  });

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=utf-8',
    'APPLICATION/JSON',
  ])('may be %s', (type) => {
    expect(credentials.read(aRequest(whole, { 'content-type': type })).grant).toBe('files');
  });

  test.each(['1', '3600', '3600.0', '36e2', '9007199254740991'])('may last %s', (literal) => {
    expect(credentials.read(aRequest(withDuration(literal))).durationSeconds).toBe(Number(literal));
  });

  test.each<[what: string, request: ReturnType<typeof aRequest>, code: RefusalCode]>([
    ['no media type', aRequest(whole, {}), 'media_type_unsupported'],
    [
      'a form',
      aRequest('grant=files', { 'content-type': 'application/x-www-form-urlencoded' }),
      'media_type_unsupported',
    ],
    ['plain text', aRequest(whole, { 'content-type': 'text/plain' }), 'media_type_unsupported'],
    [
      'a relative of JSON',
      aRequest(whole, { 'content-type': 'application/json-patch+json' }),
      'media_type_unsupported',
    ],
    ['two media types', aRequest(whole, { 'content-type': 'text/plain, application/json' }), 'media_type_unsupported'],
    ['one byte too many', aRequest('x'.repeat(longestBodyBytes + 1)), 'request_too_large'],
    ['nothing', aRequest(''), 'request_malformed'],
    ['text that is not JSON', aRequest('grant=files'), 'request_malformed'],
    ['half an object', aRequest('{"grant":"files"'), 'request_malformed'],
    ['two objects', aRequest(`${JSON.stringify(whole)}{}`), 'request_malformed'],
    ['a list', aRequest([whole]), 'request_malformed'],
    ['a text', aRequest('"files"'), 'request_malformed'],
    ['null', aRequest('null'), 'request_malformed'],
    ['a member twice', aRequest(`{"grant":"files","grant":"admin","token":"${token}"}`), 'request_malformed'],
    ['a member twice, spelt otherwise', aRequest(`{"grant":"a","gr\\u0061nt":"b","token":"t"}`), 'request_malformed'],
    ['an unknown member', aRequest({ ...whole, role: 'admin' }), 'request_malformed'],
    ['the prototype as a member', aRequest(`{"grant":"files","token":"t","__proto__":{}}`), 'request_malformed'],
    ['a byte order mark', aRequest(`\ufeff${JSON.stringify(whole)}`), 'request_malformed'],
    ['bytes that are not UTF-8', aRequest(Buffer.from('{"grant":"\xff","token":"t"}', 'latin1')), 'request_malformed'],
    ['UTF-16', aRequest(Buffer.from(JSON.stringify(whole), 'utf16le')), 'request_malformed'],
    ['half a character', aRequest('{"grant":"\\ud800","token":"t"}'), 'request_malformed'],
    ['a comment', aRequest('{"grant":"files",/**/"token":"t"}'), 'request_malformed'],
    ['depth', aRequest(`{"grant":${'['.repeat(30_000)}${']'.repeat(30_000)}}`), 'request_malformed'],
    ['no grant', aRequest({ token }), 'request_malformed'],
    ['an empty grant', aRequest({ grant: '', token }), 'request_malformed'],
    ['a grant that is a number', aRequest({ grant: 1, token }), 'request_malformed'],
    ['a grant that is a list', aRequest({ grant: ['files'], token }), 'request_malformed'],
    ['no token', aRequest({ grant: 'files' }), 'request_malformed'],
    ['an empty token', aRequest({ grant: 'files', token: '' }), 'request_malformed'],
    ['a token that is null', aRequest({ grant: 'files', token: null }), 'request_malformed'],
    ['a token that is an object', aRequest({ grant: 'files', token: {} }), 'request_malformed'],
    ['a token and a SAML response', aRequest({ ...whole, samlResponse: 'PHNhbWw+' }), 'request_malformed'],
    ['an empty SAML response', aRequest({ grant: 'files', samlResponse: '' }), 'request_malformed'],
    ['a SAML response that is a list', aRequest({ grant: 'files', samlResponse: ['PHNhbWw+'] }), 'request_malformed'],
    ['a SAML response that is null', aRequest({ grant: 'files', samlResponse: null }), 'request_malformed'],
    ['a SAML response and no grant', aRequest({ samlResponse: 'PHNhbWw+' }), 'request_malformed'],
    ['an arrival', aRequest({ grant: 'files', samlResponse: 'PHNhbWw+', arrival: 'browser' }), 'request_malformed'],
    ...['0', '-1', '-0', '1.5', '"3600"', '1e400', 'null', 'true', '[]', '{}', '9007199254740992'].map(
      (literal): [string, ReturnType<typeof aRequest>, RefusalCode] => [
        `a duration of ${literal}`,
        aRequest(withDuration(literal)),
        'request_malformed',
      ],
    ),
  ])('that has %s is refused', (_, request, code) => {
    expect(refusalOf(() => credentials.read(request))?.code).toBe(code);
  });

  test('of exactly 128 KiB is read', () => {
    const filler = ' '.repeat(longestBodyBytes - JSON.stringify(whole).length);
    expect(credentials.read(aRequest(JSON.stringify(whole) + filler)).grant).toBe('files');
  });

  test.each<[request: ReturnType<typeof aRequest>, hint: string]>([
    [aRequest({ grant: 'files' }), 'Send one of token, samlResponse, awsRequest.'],
    [aRequest({ ...whole, samlResponse: 'x' }), 'Send one of token, samlResponse, awsRequest.'],
    [aRequest({ ...whole, awsRequest: 'x' }), 'Send one of token, samlResponse, awsRequest.'],
    [aRequest({ grant: 'files', awsRequest: 1 }), '"awsRequest" must be there and be a text.'],
    [aRequest({ grant: 'files', samlResponse: '' }), '"samlResponse" must be there and be a text.'],
    [aRequest({ token }), '"grant" must be there and be a text.'],
    [aRequest(withDuration('0')), '"durationSeconds" must be a whole number of seconds, 1 or more.'],
    [
      aRequest({ ...whole, x: 1 }),
      'The members of the body are grant, token, samlResponse, awsRequest, durationSeconds; there is another.',
    ],
    [aRequest('{'), 'The body must be one JSON object in UTF-8, with no member twice.'],
  ])('that is malformed is told what would be right: %#', (request, hint) => {
    expect(refusalOf(() => credentials.read(request))?.detail).toEqual({ hint });
  });
});

describe('whatever is sent', () => {
  const members = fc.constantFrom('grant', 'token', 'samlResponse', 'durationSeconds', 'x', '__proto__', token);
  const values = fc.oneof(
    fc.constantFrom<unknown>(token, 'files', '', 0, 1, 1.5, -1, null, [token], { token }),
    fc.jsonValue(),
  );
  const bodies = fc.oneof(
    fc.dictionary(members, values).map((value) => Buffer.from(JSON.stringify(value))),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.nat({ max: 90 }), fc.constantFrom('"', '\\', '{', ',', '\0', token), fc.boolean())
      .map(([at, inserted, cut]) => {
        const text = JSON.stringify({ ...whole, durationSeconds: 900 });
        return Buffer.from(text.slice(0, at) + inserted + (cut ? '' : text.slice(at)));
      }),
  );

  test('is read or refused, and no refusal repeats it', () => {
    fc.assert(
      fc.property(bodies, fc.constantFrom(json, {}), (body, headers) => {
        const refusal = refusalOf(() => credentials.read(aRequest(body, headers)));
        if (refusal === undefined) return;
        const told = JSON.stringify([refusal.detail, refusal.message, String(refusal.cause)]);
        for (const part of token.split('.')) expect(told).not.toContain(part);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('an answer with credentials', () => {
  test('is this, to the byte', () => {
    expect(credentials.answer(exchanged({ seconds: 3600 }), aMoment)).toStrictEqual(golden('credentials-granted'));
  });

  test.each(['grant', 'role', 'shortest session'] as const)('says that the %s limited its duration', (limitedBy) => {
    const { body } = credentials.answer(exchanged({ seconds: 900, limitedBy }), aMoment);
    expect(JSON.parse(body)).toMatchObject({ expiresIn: 3600, durationLimitedBy: limitedBy });
  });

  test('says for how many whole seconds they last', () => {
    const { body } = credentials.answer(exchanged({ seconds: 3600 }, '2026-06-01T12:59:59.999Z'), aMoment);
    expect(JSON.parse(body)).toMatchObject({ expiresIn: 3599 });
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(credentials.refuse(refusals.grant_denied, 'request-1')).toStrictEqual(golden('credentials-refused'));
  });

  test.each(Object.entries(refusals))('%s is told with its status, its word and its sentence', (_, refusal) => {
    const { status, headers, body } = credentials.refuse(refusal, 'r');
    expect(status).toBe(refusal.status);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({ error: refusal.error, message: refusal.says, requestId: 'r' });
  });
});
