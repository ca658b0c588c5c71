import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenExchange } from '../../lib/dialects/token-exchange.ts';
import { fault, refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { anExchanged } from './exchanged.ts';
import { golden, refusalOf } from './kit.ts';
import { aPageRequest } from './pages.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const roleArn = 'arn:aws:iam::111122223333:role/daypass-files';
const type = (name: string) => `urn:ietf:params:oauth:token-type:${name}`;
const whole = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: token,
  subject_token_type: type('id_token'),
  audience: 'files',
};
type Fields = Readonly<Record<string, string | undefined>>;
const encoded = (fields: Fields) =>
  new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();
const posted = (body: string | Buffer, headers: Readonly<Record<string, string>> = form) =>
  aPageRequest({ method: 'POST', path: '/v1/token', headers, body });
const asked = (changed: Fields = {}) => tokenExchange.read(posted(encoded({ ...whole, ...changed })));

describe('a request', () => {
  test('names a grant as its audience', () => {
    expect(asked()).toEqual({ proof: { kind: 'oidc', token }, grant: 'files' });
  });

  test('names a role as its resource', () => {
    expect(asked({ audience: undefined, resource: roleArn })).toMatchObject({ grant: { roleArn } });
  });

  test('may say jwt for an ID token', () => {
    expect(asked({ subject_token_type: type('jwt') }).proof.kind).toBe('oidc');
  });

  test('brings a signed AWS request as it is', () => {
    const subject_token = 'daypass-aws-v1.eyJ1cmwiOiIifQ';
    const subject_token_type = 'urn:daypass:token-type:aws-signed-request';
    expect(asked({ subject_token, subject_token_type }).proof).toEqual({ kind: 'aws', request: subject_token });
  });

  test('brings a SAML response in base64url', () => {
    const samlResponse = Buffer.from('<samlp:Response>ÿ~?</samlp:Response>').toString('base64');
    const subject_token = Buffer.from(samlResponse, 'base64').toString('base64url');
    expect(asked({ subject_token, subject_token_type: type('saml2') }).proof).toEqual({
      kind: 'saml',
      samlResponse,
      arrival: { by: 'client' },
    });
  });

  test.each<Fields>([
    { requested_token_type: 'urn:daypass:token-type:aws-credentials' },
    { client_id: 'web' },
    { unknown: 'x' },
    // RFC 6749 §3.2: without a value it counts as left out.
    { scope: '', actor_token: '', resource: '' },
  ])('may have %j besides', (more) => {
    expect(asked(more)).toEqual(asked());
  });
});

describe('a request that is none', () => {
  test.each<[what: string, body: string, word: string]>([
    ['nothing', '', 'invalid_request'],
    ['no grant type', encoded({ ...whole, grant_type: undefined }), 'invalid_request'],
    ['another grant type', encoded({ ...whole, grant_type: 'authorization_code' }), 'unsupported_grant_type'],
    ['no subject token', encoded({ ...whole, subject_token: undefined }), 'invalid_request'],
    [
      'our own type for something else',
      encoded({ ...whole, subject_token_type: 'urn:daypass:token-type:aws' }),
      'invalid_request',
    ],
    ['no type of the subject token', encoded({ ...whole, subject_token_type: undefined }), 'invalid_request'],
    ['an access token', encoded({ ...whole, subject_token_type: type('access_token') }), 'invalid_request'],
    ['a SAML 1.1 assertion', encoded({ ...whole, subject_token_type: type('saml1') }), 'invalid_request'],
    ['the prototype as a type', encoded({ ...whole, subject_token_type: '__proto__' }), 'invalid_request'],
    ['an actor', encoded({ ...whole, actor_token: token, actor_token_type: type('jwt') }), 'invalid_request'],
    ['an actor of no kind', encoded({ ...whole, actor_token: token }), 'invalid_request'],
    ['another type wanted', encoded({ ...whole, requested_token_type: type('access_token') }), 'invalid_request'],
    ['a scope', encoded({ ...whole, scope: 's3' }), 'invalid_scope'],
    ['no target', encoded({ ...whole, audience: undefined }), 'invalid_target'],
    ['two audiences', `${encoded(whole)}&audience=other`, 'invalid_target'],
    ['the same audience twice', `${encoded(whole)}&audience=files`, 'invalid_target'],
    ['an audience and a resource', encoded({ ...whole, resource: roleArn }), 'invalid_target'],
    ['two tokens', `${encoded(whole)}&subject_token=${token}`, 'invalid_request'],
    ['two unknown parameters of one name', `${encoded(whole)}&x=1&x=2`, 'invalid_request'],
    ['two grant types', `${encoded(whole)}&grant_type=${whole.grant_type}`, 'invalid_request'],
  ])('%s', (_, body, word) => {
    const refusal = refusalOf(() => tokenExchange.read(posted(body)));
    expect([refusal?.code, refusal?.detail.word]).toEqual(['request_malformed', word]);
    expect(JSON.stringify(refusal?.detail)).not.toContain(token);
  });

  test.each<[what: string, request: ReturnType<typeof posted>, code: string]>([
    ['JSON', posted(JSON.stringify(whole), { 'content-type': 'application/json' }), 'form_expected'],
    ['too much', posted(Buffer.alloc(160 * 1024 + 1, 'a')), 'request_too_large'],
    ['bad escapes', posted('grant_type=%'), 'request_malformed'],
    ['no UTF-8', posted(Buffer.from([0x61, 0x3d, 0xff])), 'request_malformed'],
  ])('%s', (_, request, code) => {
    const refusal = refusalOf(() => tokenExchange.read(request));
    expect(refusal?.code).toBe(code);
    if (!refusal) return;
    const { status, error, says } = refusals[refusal.code];
    expect(JSON.parse(tokenExchange.refuse({ status, error, says }, 'r').body).error).toBe('invalid_request');
  });
});

describe('the answer', () => {
  test('is this, to the byte', () => {
    expect(tokenExchange.answer(anExchanged(), aMoment)).toStrictEqual(golden('token-granted'));
  });

  test('holds what credential_process prints, in characters of an access token', () => {
    const { body } = tokenExchange.answer(anExchanged(), aMoment);
    const { access_token: text } = JSON.parse(body);
    // RFC 6749 Appendix A.12
    expect(text).toMatch(/^[ -~]+$/);
    expect(JSON.parse(text)).toEqual({
      Version: 1,
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret/+=example',
      SessionToken: 'IQoJb3JpZ2luX2VjExample',
      Expiration: '2026-06-01T13:00:00Z',
    });
  });

  test('tells what made the session shorter than asked', () => {
    const exchanged = anExchanged({ duration: { seconds: 3600, limitedBy: 'role' } });
    expect(JSON.parse(tokenExchange.answer(exchanged, aMoment).body)).toMatchObject({ duration_limited_by: 'role' });
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(tokenExchange.refuse(refusals.grant_denied, 'request-1')).toStrictEqual(golden('token-refused'));
  });

  test.each([...Object.entries(refusals), ['fault', fault] as const])('%s is an OAuth error', (_, telling) => {
    const { status, headers, body } = tokenExchange.refuse(telling, 'r');
    const { error, error_description: says } = JSON.parse(body);
    expect(error).toMatch(/^(invalid_(request|target)|temporarily_unavailable|server_error)$/);
    expect(status >= 500).toBe(telling.status >= 500);
    // RFC 6749 §5.2
    expect(says).toMatch(/^[ -!#-[\]-~]+$/);
    expect([headers['cache-control'], headers.pragma]).toEqual(['no-store', 'no-cache']);
  });
});

test('whatever is sent is read or refused', () => {
  const names = fc.constantFrom(...Object.keys(whole), 'resource', 'scope', 'actor_token', '__proto__', 'x');
  const values = fc.oneof(fc.constantFrom(...Object.values(whole), '', type('saml2')), fc.string({ unit: 'binary' }));
  const bodies = fc.oneof(
    fc.array(fc.tuple(names, values), { maxLength: 10 }).map((pairs) => new URLSearchParams(pairs).toString()),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      const refusal = refusalOf(() => tokenExchange.read(posted(body)));
      if (refusal) expect(JSON.stringify(refusal.detail)).not.toContain(token);
    }),
    { numRuns: 3_000 },
  );
});
