import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StsAnswered, stsQuery } from '../../lib/dialects/sts-query.ts';
import { fault, refusals } from '../../lib/refusal.ts';
import { aMoment } from '../kit/issuer.ts';
import { anExchanged } from './exchanged.ts';
import { golden, refusalOf } from './kit.ts';
import { aPageRequest } from './pages.ts';

const dialect = stsQuery({ portal: '/portal' });
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const token = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';
const roleArn = 'arn:aws:iam::111122223333:role/daypass-files';
const principalArn = 'arn:aws:iam::111122223333:saml-provider/daypass-corp';
const id = '00000000-0000-4000-8000-000000000000';

type Fields = Readonly<Record<string, string | undefined>>;
const encoded = (fields: Fields) =>
  new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

const webIdentity = {
  Action: 'AssumeRoleWithWebIdentity',
  Version: '2011-06-15',
  RoleArn: roleArn,
  RoleSessionName: 'alice',
  WebIdentityToken: token,
};
const saml = {
  Action: 'AssumeRoleWithSAML',
  Version: '2011-06-15',
  RoleArn: roleArn,
  PrincipalArn: principalArn,
  SAMLAssertion: 'PHNhbWxwOlJlc3BvbnNlLz4=',
};
const whoAmI = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
const signed = {
  ...form,
  authorization:
    'AWS4-HMAC-SHA256 Credential=ASIAEXAMPLEEXAMPLE00/20260601/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0',
  'x-amz-security-token': 'IQoJtoken',
};

const posted = (body: string | Buffer, headers: Readonly<Record<string, string>> = form) =>
  aPageRequest({ method: 'POST', headers, body });
const asked = (fields: Fields, headers?: Readonly<Record<string, string>>) =>
  dialect.read(posted(encoded(fields), headers));
const got = (query: string) => dialect.read({ ...aPageRequest(), query });

describe('a request', () => {
  test('with a token is an exchange for the role', () => {
    expect(asked(webIdentity)).toEqual({
      action: 'AssumeRoleWithWebIdentity',
      exchange: { proof: { kind: 'oidc', token }, grant: { roleArn } },
    });
  });

  test('with an assertion names the provider, too', () => {
    expect(asked(saml)).toEqual({
      action: 'AssumeRoleWithSAML',
      exchange: {
        proof: { kind: 'saml', samlResponse: 'PHNhbWxwOlJlc3BvbnNlLz4=', arrival: { by: 'client' } },
        grant: { roleArn, principalArn },
      },
    });
  });

  test('may narrow the session', () => {
    const narrowing = {
      DurationSeconds: '900',
      Policy: '{}',
      'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
    };
    expect(asked({ ...webIdentity, ...narrowing })).toMatchObject({
      exchange: {
        durationSeconds: 900,
        narrowing: { policy: '{}', policyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
      },
    });
  });

  test('is read from the query as well', () => {
    expect(got(encoded(webIdentity))).toEqual(asked(webIdentity));
  });

  test('who am I is read from the header, and presigned', () => {
    const expected = {
      action: 'GetCallerIdentity',
      shown: { accessKeyId: 'ASIAEXAMPLEEXAMPLE00', sessionToken: 'IQoJtoken' },
    };
    expect(asked(whoAmI, signed)).toEqual(expected);
    const presigned = {
      ...whoAmI,
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'ASIAEXAMPLEEXAMPLE00/20260601/us-east-1/sts/aws4_request',
      'X-Amz-Security-Token': 'IQoJtoken',
    };
    expect(got(encoded(presigned))).toEqual(expected);
  });

  test('of a browser is for a page, where there is a portal', () => {
    expect(got('')).toEqual({ action: 'page' });
    expect(got('utm_source=mail')).toEqual({ action: 'page' });
    const without = stsQuery({ portal: undefined });
    expect(refusalOf(() => without.read(aPageRequest()))?.detail.word).toBe('MissingAction');
  });
});

describe('a request that is not STS’s', () => {
  const long = 'a'.repeat(20_001);
  test.each<[what: string, request: ReturnType<typeof posted>, word: string | undefined, code?: string]>([
    ['no form', posted(encoded(webIdentity), { 'content-type': 'application/json' }), undefined, 'form_expected'],
    ['no media type', posted(encoded(webIdentity), {}), undefined, 'form_expected'],
    ['no action', posted('Version=2011-06-15'), 'MissingAction'],
    ['nothing', posted(''), 'MissingAction'],
    ['another action', posted(encoded({ ...webIdentity, Action: 'AssumeRole' })), 'InvalidAction'],
    ['the prototype as an action', posted(encoded({ ...webIdentity, Action: '__proto__' })), 'InvalidAction'],
    ['an action in another case', posted(encoded({ ...webIdentity, Action: 'getcalleridentity' })), 'InvalidAction'],
    ['no version', posted(encoded({ ...webIdentity, Version: undefined })), 'InvalidAction'],
    ['another version', posted(encoded({ ...webIdentity, Version: '2010-05-08' })), 'InvalidAction'],
    ['an unknown parameter', posted(encoded({ ...webIdentity, ExternalId: 'x' })), 'InvalidQueryParameter'],
    [
      'a token where an assertion belongs',
      posted(encoded({ ...saml, WebIdentityToken: token })),
      'InvalidQueryParameter',
    ],
    ['tags', posted(encoded({ ...webIdentity, 'Tags.member.1.Key': 'a' })), 'InvalidQueryParameter'],
    ['a policy of nobody', posted(encoded({ ...whoAmI, Policy: '{}' })), 'InvalidQueryParameter'],
    ['a parameter twice', posted(`${encoded(webIdentity)}&RoleArn=${roleArn}`), 'InvalidQueryParameter'],
    ['a parameter twice, escaped otherwise', posted(`${encoded(webIdentity)}&Role%41rn=x`), 'InvalidQueryParameter'],
    ['no role', posted(encoded({ ...webIdentity, RoleArn: undefined })), 'ValidationError'],
    [
      'a role that is none',
      posted(encoded({ ...webIdentity, RoleArn: 'arn:aws:iam::1:role/filesfiles' })),
      'ValidationError',
    ],
    ['no session name', posted(encoded({ ...webIdentity, RoleSessionName: undefined })), 'ValidationError'],
    ['a session name of spaces', posted(encoded({ ...webIdentity, RoleSessionName: 'a b' })), 'ValidationError'],
    ['no token', posted(encoded({ ...webIdentity, WebIdentityToken: undefined })), 'ValidationError'],
    ['a token that is too long', posted(encoded({ ...webIdentity, WebIdentityToken: long })), 'ValidationError'],
    ['a duration below the least', posted(encoded({ ...webIdentity, DurationSeconds: '899' })), 'ValidationError'],
    ['a duration above the most', posted(encoded({ ...webIdentity, DurationSeconds: '43201' })), 'ValidationError'],
    ['a duration that is no number', posted(encoded({ ...webIdentity, DurationSeconds: '1h' })), 'MalformedInput'],
    ['an OAuth provider', posted(encoded({ ...webIdentity, ProviderId: 'graph.example' })), 'AccessDenied'],
    ['bad percent escapes', posted(`${encoded(webIdentity)}&Policy=%zz`), undefined, 'request_malformed'],
    [
      'half a character',
      posted(Buffer.from([...Buffer.from(encoded(webIdentity)), 0xc3])),
      undefined,
      'request_malformed',
    ],
    ['parameters in both places', { ...posted(encoded(webIdentity)), query: 'Policy={}' }, 'InvalidQueryParameter'],
    ['too many fields', posted('a=b&'.repeat(100)), undefined, 'request_malformed'],
    ['too many bytes', posted(Buffer.alloc(320 * 1024 + 1, 'a')), undefined, 'request_too_large'],
    ['who am I, unsigned', posted(encoded(whoAmI)), undefined, 'credentials_missing'],
    [
      'who am I, with a long-term key',
      posted(encoded(whoAmI), { ...form, authorization: signed.authorization }),
      undefined,
      'credentials_unknown',
    ],
  ])('%s', (_, request, word, code = 'request_malformed') => {
    const refusal = refusalOf(() => dialect.read(request));
    expect([refusal?.code, refusal?.detail.word]).toEqual([code, word]);
    expect(JSON.stringify(refusal?.detail)).not.toContain(long);
    expect(JSON.stringify(refusal?.detail)).not.toContain('cGF5bG9hZA');
  });
});

describe('the answer', () => {
  const answered = (what: StsAnswered) => dialect.answer(what, aMoment, id);

  test('to a token is this, to the byte', () => {
    const told = {
      SubjectFromWebIdentityToken: 'alice & bob',
      Audience: 'web',
      Provider: 'arn:aws:iam::111122223333:oidc-provider/login.acme.example',
      PackedPolicySize: '25',
    };
    const exchanged = anExchanged({ told });
    expect(answered({ action: 'AssumeRoleWithWebIdentity', exchanged })).toStrictEqual(
      golden('sts-query-web-identity'),
    );
  });

  test('to an assertion is this, to the byte', () => {
    const told = {
      Subject: 'alice@acme.example',
      SubjectType: 'persistent',
      Issuer: 'https://idp.acme.example',
      Audience: 'https://access.acme.example/saml/acs',
      NameQualifier: 'SbdGOnUkh1i4+EXAMPLExL/jEvs=',
      PackedPolicySize: '6',
      SourceIdentity: 'alice',
    };
    expect(answered({ action: 'AssumeRoleWithSAML', exchanged: anExchanged({ told }) })).toStrictEqual(
      golden('sts-query-saml'),
    );
  });

  test('to who am I is this, to the byte', () => {
    const caller = {
      arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
      userId: 'AROAEXAMPLE:alice',
      account: '111122223333',
    };
    expect(answered({ action: 'GetCallerIdentity', caller })).toStrictEqual(golden('sts-query-caller-identity'));
  });

  test('to a browser leads to the portal', () => {
    const { status, headers } = answered({ action: 'page' });
    expect([status, headers.location]).toEqual([303, '/portal']);
  });
});

describe('a refusal', () => {
  test('is this, to the byte', () => {
    expect(dialect.refuse(refusals.grant_denied, id, posted(encoded(webIdentity)))).toStrictEqual(
      golden('sts-query-refused'),
    );
  });

  test('names the action that was refused', () => {
    for (const request of [posted(encoded(saml)), { ...aPageRequest(), query: encoded(saml) }]) {
      expect(dialect.refuse(refusals.sts_denied, id, request).body).toContain(
        'Not authorized to perform sts:AssumeRoleWithSAML<',
      );
    }
  });

  test('of the reader has STS’s own code and namespace', () => {
    const { status, body } = dialect.refuse(
      { status: 400, error: 'request_malformed', says: 'x', hint: 'Could not find it', word: 'InvalidAction' },
      id,
    );
    expect(status).toBe(400);
    expect(body).toContain('xmlns="http://webservices.amazon.com/AWSFault/2005-15-09"');
    expect(body).toContain('<Code>InvalidAction</Code><Message>Could not find it</Message>');
  });

  test.each([...Object.entries(refusals), ['fault', fault] as const])('%s is XML with a code', (_, telling) => {
    const { status, headers, body } = dialect.refuse(telling, id, posted(encoded(webIdentity)));
    expect(headers['content-type']).toBe('text/xml');
    expect(body).toMatch(/<Type>(Sender|Receiver)<\/Type><Code>\w+<\/Code><Message>[^<]+<\/Message>/);
    expect(body.includes('<Type>Receiver')).toBe(status >= 500);
  });

  test('of what may pass is one that SDKs try again', () => {
    for (const { status, error } of Object.values(refusals)) {
      if (status === 503) expect(dialect.refuse({ status, error, says: '' }, id).status).toBe(503);
    }
  });
});

describe('whatever is sent', () => {
  const names = fc.constantFrom(
    ...Object.keys({ ...webIdentity, ...saml }),
    'Policy',
    'PolicyArns.member.1.arn',
    'DurationSeconds',
    '__proto__',
    'X-Amz-Credential',
    'x',
  );
  const values = fc.oneof(
    fc.constantFrom(...Object.values({ ...webIdentity, ...saml }), '900', '{}', ''),
    fc.string({ unit: 'binary' }),
  );
  const bodies = fc.oneof(
    fc
      .array(fc.tuple(names, values), { maxLength: 12 })
      .map((pairs) => Buffer.from(new URLSearchParams(pairs).toString())),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  );

  test('is read or refused, and no refusal repeats a token', () => {
    fc.assert(
      fc.property(
        bodies,
        fc.boolean(),
        fc.dictionary(fc.constantFrom('authorization', 'x-amz-security-token'), fc.string()),
        (body, isGet, headers) => {
          const request = isGet
            ? { ...aPageRequest({ headers }), query: body.toString('latin1') }
            : posted(body, { ...form, ...headers });
          const refusal = refusalOf(() => dialect.read(request));
          if (refusal) expect(JSON.stringify([refusal.detail, refusal.message])).not.toContain('eyJwYXlsb2Fk');
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
