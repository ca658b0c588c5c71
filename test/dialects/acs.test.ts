import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acs } from '../../lib/dialects/acs.ts';
import { refusals } from '../../lib/refusal.ts';
import { routes } from '../../lib/routes.ts';
import { browserCookie, signInCookie } from '../../lib/sign-in/cookies.ts';
import { aMoment } from '../kit/issuer.ts';
import { golden, refusalOf } from './kit.ts';
import { aPageRequest, cookieIn, expectLockedPage, fields, form, noOf } from './pages.ts';

const samlResponse = Buffer.from('<samlp:Response>ü</samlp:Response>?>').toString('base64');
const secret = 's'.repeat(43);
const handle = `${'i'.repeat(22)}.${'k'.repeat(43)}`;

const posting = (body: string, cookies: Readonly<Record<string, string>> = {}, headers = form) =>
  aPageRequest({ path: '/saml/acs', headers, cookies, body });

const seen = { proof: { kind: 'saml', samlResponse, arrival: { by: 'browser', secret } } };

describe('a posted response', () => {
  test('is read with the secret of this browser', () => {
    expect(acs.read(posting(fields({ SAMLResponse: samlResponse }), { [browserCookie]: secret }))).toEqual(seen);
  });

  test('without the cookie is one that this browser did not ask for', () => {
    expect(acs.read(posting(fields({ SAMLResponse: samlResponse })))).toEqual({
      proof: { kind: 'saml', samlResponse, arrival: { by: 'browser', secret: undefined } },
    });
  });

  test.each(['daypass-browser', '__host-daypass-browser', ' __Host-daypass-browser', signInCookie, '__Secure-daypass'])(
    'takes no secret from a cookie called %j',
    (name) => {
      const { proof } = acs.read(posting(fields({ SAMLResponse: samlResponse }), { [name]: secret }));
      expect(proof.arrival).toEqual({ by: 'browser', secret: undefined });
    },
  );

  test.each([
    ['nothing', ''],
    ['no response', fields({ RelayState: 'corp' })],
    ['an empty response', fields({ SAMLResponse: '' })],
    ['a request', fields({ SAMLRequest: samlResponse })],
    ['a list', `SAMLResponse[]=${samlResponse}`],
    ['a list, encoded', `SAMLResponse%5B%5D=${samlResponse}`],
    ['an object', `SAMLResponse[xml]=${samlResponse}`],
    ['an artifact', fields({ SAMLart: samlResponse })],
    ['a JSON object', '{"SAMLResponse":"a"}'],
  ])('that is %s is refused', (_, body) => {
    expect(noOf(() => acs.read(posting(body)))).toEqual(['request_malformed', '"SAMLResponse" must be there.']);
  });

  test('that is there twice is refused', () => {
    const body = `SAMLResponse=${encodeURIComponent(samlResponse)}`;
    expect(noOf(() => acs.read(posting(`${body}&${body}`)))?.[0]).toBe('request_malformed');
  });

  test('as JSON is told to be a form', () => {
    const headers = { 'content-type': 'application/json' };
    expect(noOf(() => acs.read(posting('{}', {}, headers)))).toEqual(['form_expected']);
  });

  test('of 320 KiB is read, and one byte more is not', () => {
    const most = `SAMLResponse=${'a'.repeat(320 * 1024 - 13)}`;
    expect(acs.read(posting(most)).proof.samlResponse).toHaveLength(320 * 1024 - 13);
    expect(noOf(() => acs.read(posting(`${most}a`)))?.[0]).toBe('request_too_large');
  });

  test('as long as a response may be fits, with every character of it escaped that base64 has', () => {
    const longest = '+/='.repeat(33_333);
    expect(acs.read(posting(fields({ SAMLResponse: longest }))).proof.samlResponse).toBe(longest);
  });
});

describe('case 70: of other bindings', () => {
  test.each([
    { Signature: 'AAAA', SigAlg: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' },
    { Signature: 'AAAA' },
    {
      SigAlg: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
      SAMLEncoding: 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE',
    },
    { SAMLRequest: samlResponse },
    { SAMLart: samlResponse },
  ])('parameters count for nothing: %j', (more) => {
    const request = posting(fields({ ...more, SAMLResponse: samlResponse }), { [browserCookie]: secret });
    expect(acs.read(request)).toEqual(seen);
  });

  test('a response takes no route: there is one for SAML responses, and it is a POST', () => {
    const saml = routes.filter(({ path }) => path.startsWith('/saml')).map(({ method, path }) => `${method} ${path}`);
    expect(saml).toEqual(['POST /saml/acs', 'GET /saml/metadata']);
  });

  test('single logout has no route', () => {
    expect(routes.filter(({ path }) => /slo|sls|log-?out|artifact|soap|ecp/i.test(path))).toEqual([]);
  });
});

describe('RelayState', () => {
  const hostile = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/portal?wants=console',
    '\r\nSet-Cookie: a=b',
    '"><script>alert(1)</script>',
    '__proto__',
    'x'.repeat(100_000),
    '',
    '\u0000',
  ];

  test.each(hostile)('%j changes nothing', (relayState) => {
    const request = posting(fields({ RelayState: relayState, SAMLResponse: samlResponse }), {
      [browserCookie]: secret,
    });
    expect(acs.read(request)).toEqual(seen);
  });

  test('twice is refused', () => {
    expect(noOf(() => acs.read(posting(`SAMLResponse=a&RelayState=b&RelayState=c`)))).toEqual([
      'request_malformed',
      '"RelayState" must be there once.',
    ]);
  });
});

describe('an answer with a sign-in', () => {
  const until = new Date(aMoment.getTime() + 300_000);

  test('is this, to the byte', () => {
    expect(acs.answer({ handle, until }, aMoment)).toStrictEqual(golden('acs-granted'));
  });

  test('is locked, and leads by GET to our own first page', () => {
    const answer = acs.answer({ handle, until }, aMoment);
    expectLockedPage(answer);
    expect([answer.status, answer.headers.location]).toEqual([303, '/portal']);
  });

  test.each([
    [300_000, 300],
    [299_999, 299],
    [1000, 1],
    [999, 1],
    [0, 1],
    [-5000, 1],
  ])('whose sign-in lasts %i ms more is a cookie for %i s', (milliseconds, seconds) => {
    const { cookies } = acs.answer({ handle, until: new Date(aMoment.getTime() + milliseconds) }, aMoment);
    expect(cookies).toHaveLength(1);
    expect(cookieIn(cookies?.[0])).toEqual({
      name: signInCookie,
      value: handle,
      attributes: [`Max-Age=${seconds}`, 'Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax'],
    });
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(acs.refuse(refusals.signature_invalid, 'request-1')).toStrictEqual(golden('acs-refused'));
  });

  test.each(Object.entries(refusals))('%s is a locked page with its status and sentence', (_, refusal) => {
    const answer = acs.refuse(refusal, 'r');
    expectLockedPage(answer);
    expect(answer.status).toBe(refusal.status);
    expect(answer.cookies).toBeUndefined();
    expect(answer.body).toContain(`<p role="alert">${refusal.says}</p>`);
    expect(answer.body).toContain(`<code>${refusal.error}</code>`);
  });
});

describe('whatever is posted', () => {
  const bodies = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc
      .array(fc.constantFrom('SAMLResponse', '=', '&', samlResponse, '%', '[]', 'RelayState', ' '), { maxLength: 12 })
      .map((parts) => parts.join('')),
  );
  const cookies = fc.dictionary(fc.constantFrom(browserCookie, signInCookie, '__proto__', ''), fc.string());

  test('is read or refused, and no refusal repeats it', () => {
    fc.assert(
      fc.property(bodies, cookies, fc.constantFrom(form, { 'content-type': 'text/plain' }), (body, jar, headers) => {
        const refusal = refusalOf(() => acs.read(posting(body, jar, headers)));
        if (refusal) expect(JSON.stringify([refusal.detail, refusal.message])).not.toContain(samlResponse);
      }),
      { numRuns: 2_000 },
    );
  });
});
