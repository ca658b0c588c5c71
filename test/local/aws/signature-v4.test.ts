// Signatures as the embedded AWS verifies them: each request is signed by hand, then bent in one place.

import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../lib/aws-query/aws-error.ts';
import type { EmbeddedIam } from '../../../lib/local/aws/iam/iam.ts';
import { type Session, type Sessions, sessions } from '../../../lib/local/aws/sessions.ts';
import { type SignedRequest, verifySignatureV4 } from '../../../lib/local/aws/signature-v4.ts';
import { addUser, anIam } from '../../kit/embedded-aws.ts';
import { aMoment } from '../../kit/issuer.ts';
import {
  type PresigningSettings,
  presignedRequest,
  type SigningKeys,
  type SigningSettings,
  signedRequest,
} from '../../kit/signer.ts';
import { anAccount, aStack, refused, roleArn } from '../../kit/sts.ts';

const host = '127.0.0.1:8788';

interface Aws {
  readonly iam: EmbeddedIam;
  readonly store: Sessions;
  readonly session: Session;
}

function anAws(): Aws {
  const iam = anIam([aStack()]);
  const store = sessions(() => aMoment);
  return { iam, store, session: issuedBy(store, iam) };
}

const issuedBy = (store: Sessions, iam: EmbeddedIam, name = 'alice') => {
  const roleId = iam.role(roleArn())?.id ?? '';
  return store.issue({
    account: anAccount,
    principal: { kind: 'role', roleId, sessionName: name },
    expires: new Date(aMoment.getTime() + 3_600_000),
  });
};

interface Bent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly body?: string;
  /** `undefined` takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** A request as it arrives, signed as the settings say and then bent. */
function arriving(keys: SigningKeys, settings: SigningSettings = {}, bent: Bent = {}): SignedRequest {
  const { method, path, headers, body } = signedRequest(keys, host, settings);
  const [uri = '/', query = ''] = path.split('?');
  const all = Object.entries({ ...headers, ...bent.headers });
  return {
    method: bent.method ?? method,
    path: bent.path ?? uri,
    query: new URLSearchParams(bent.query ?? query),
    headers: new Map(all.filter((pair): pair is [string, string] => pair[1] !== undefined)),
    body: Buffer.from(bent.body ?? String(body)),
  };
}

const verified = (aws: Aws, request: SignedRequest, now = aMoment, iam = aws.iam) =>
  verifySignatureV4(request, { sessions: aws.store, iam, service: 'sts', now }).caller.session;

function refusalOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof AwsError) return refused(error.form.status, error.form.code, error.form.message);
    throw error;
  }
  throw new Error('the request was accepted');
}

const doesNotMatch = refused(
  403,
  'SignatureDoesNotMatch',
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
);
const invalidToken = refused(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.');
const expired = refused(403, 'ExpiredToken', 'The security token included in the request is expired');
const minutes = (count: number, more = 0) => new Date(aMoment.getTime() + count * 60_000 + more);

describe('a signed request', () => {
  test.each<[string, SigningSettings]>([
    ['a form', {}],
    ['a query', { method: 'GET', path: '/?Version=2011-06-15&Action=GetCallerIdentity' }],
    ['a query with characters that are encoded', { method: 'GET', path: '/?Action=GetCallerIdentity&X=a%20b%2Fc%2A' }],
    ['a query with an empty value', { method: 'GET', path: '/?Action=GetCallerIdentity&X=' }],
    ['headers of its own', { headers: { 'x-amz-user-agent': 'by hand', accept: '*/*' } }],
    ['no body', { body: '' }],
    ['a body beyond ASCII', { body: 'Action=GetCallerIdentity&X=é' }],
  ])('with %s tells whose it is', (_, settings) => {
    const aws = anAws();
    expect(verified(aws, arriving(aws.session, settings))).toBe(aws.session);
  });

  test('may carry more headers than it signed', () => {
    const aws = anAws();
    const request = arriving(
      aws.session,
      { unsigned: ['x-amzn-trace-id'], headers: { 'x-amzn-trace-id': 'Root=1' } },
      { headers: { 'x-amzn-trace-id': 'Root=2' } },
    );
    expect(verified(aws, request)).toBe(aws.session);
  });

  test('may space its headers as it likes', () => {
    const aws = anAws();
    const request = arriving(aws.session, { headers: { 'x-note': 'a b' } }, { headers: { 'x-note': '  a   b ' } });
    expect(verified(aws, request)).toBe(aws.session);
  });

  test.each([
    'us-east-1',
    'eu-central-1',
    'ap-southeast-2',
    'us-gov-west-1',
    'cn-northwest-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'eusc-de-east-1',
  ])('may be scoped to %s', (region) => {
    const aws = anAws();
    expect(verified(aws, arriving(aws.session, { region }))).toBe(aws.session);
  });
});

describe('a request altered after signing', () => {
  test.each<[string, SigningSettings, Bent]>([
    ['another body', {}, { body: 'Action=GetCallerIdentity&Version=2011-06-15&X=1' }],
    ['no body', {}, { body: '' }],
    ['another method', {}, { method: 'PUT' }],
    ['another path', {}, { path: '/other' }],
    ['a query', {}, { query: 'X=1' }],
    [
      'another value in the query',
      { method: 'GET', path: '/?Action=GetCallerIdentity&X=1' },
      { query: 'Action=GetCallerIdentity&X=2' },
    ],
    [
      'a parameter more in the query',
      { method: 'GET', path: '/?Action=GetCallerIdentity' },
      { query: 'Action=GetCallerIdentity&Action=X' },
    ],
    ['another host', {}, { headers: { host: 'sts.amazonaws.com' } }],
    ['another content type', {}, { headers: { 'content-type': 'text/plain' } }],
    ['a signed header taken away', { headers: { 'x-note': 'a' } }, { headers: { 'x-note': undefined } }],
    ['another date, still fresh', {}, { headers: { 'x-amz-date': '20260601T120001Z' } }],
  ])('with %s does not match', (_, settings, bent) => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, settings, bent)))).toEqual(doesNotMatch);
  });

  test('with one digit of the signature changed does not match', () => {
    const aws = anAws();
    const { headers } = signedRequest(aws.session, host);
    const last = headers.authorization?.at(-1) === '0' ? '1' : '0';
    const authorization = `${headers.authorization?.slice(0, -1)}${last}`;
    expect(refusalOf(() => verified(aws, arriving(aws.session, {}, { headers: { authorization } })))).toEqual(
      doesNotMatch,
    );
  });

  test('with the scope moved to another Region does not match', () => {
    const aws = anAws();
    const { headers } = signedRequest(aws.session, host);
    const authorization = headers.authorization?.replace('us-east-1', 'us-west-2');
    expect(refusalOf(() => verified(aws, arriving(aws.session, {}, { headers: { authorization } })))).toEqual(
      doesNotMatch,
    );
  });
});

describe('a request not wholly signed', () => {
  test.each(['host', 'x-amz-security-token'])('without %s under the signature does not match', (name) => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, { unsigned: [name] })))).toEqual(doesNotMatch);
  });
});

test('a header that changes what S3 or DynamoDB does is under the signature', () => {
  const aws = anAws();
  for (const name of ['x-amz-copy-source', 'x-amz-target', 'x-amz-acl']) {
    const bent = { headers: { [name]: '/privet/payroll.txt' } };
    expect(refusalOf(() => verified(aws, arriving(aws.session, {}, bent)))).toEqual(doesNotMatch);
    const signed = { headers: { [name]: '/privet/payroll.txt' } };
    expect(verified(aws, arriving(aws.session, signed))).toBe(aws.session);
  }
});

describe('keys', () => {
  test('a wrong secret does not match', () => {
    const aws = anAws();
    const keys = { ...aws.session, secretAccessKey: issuedBy(aws.store, aws.iam).secretAccessKey };
    expect(refusalOf(() => verified(aws, arriving(keys)))).toEqual(doesNotMatch);
  });

  test('a key that was never issued is invalid', () => {
    const aws = anAws();
    const keys = issuedBy(
      sessions(() => aMoment),
      aws.iam,
    );
    expect(refusalOf(() => verified(aws, arriving(keys)))).toEqual(invalidToken);
  });

  test('a session token with one letter changed is invalid, even properly signed', () => {
    const aws = anAws();
    const sessionToken = `J${aws.session.sessionToken.slice(1)}`;
    expect(refusalOf(() => verified(aws, arriving({ ...aws.session, sessionToken })))).toEqual(invalidToken);
  });

  test('a session token altered after signing is invalid', () => {
    const aws = anAws();
    const headers = { 'x-amz-security-token': `${aws.session.sessionToken}A` };
    expect(refusalOf(() => verified(aws, arriving(aws.session, {}, { headers })))).toEqual(invalidToken);
  });

  test('a temporary key without its session token is invalid', () => {
    const aws = anAws();
    const headers = { 'x-amz-security-token': undefined };
    expect(refusalOf(() => verified(aws, arriving(aws.session, {}, { headers })))).toEqual(invalidToken);
  });

  test('somebody else’s session token is invalid', () => {
    const aws = anAws();
    const { sessionToken } = issuedBy(aws.store, aws.iam, 'mallory');
    expect(refusalOf(() => verified(aws, arriving({ ...aws.session, sessionToken })))).toEqual(invalidToken);
  });

  test('a session lasts to its last moment and no longer', () => {
    const aws = anAws();
    const { expires } = aws.session;
    const before = new Date(expires.getTime() - 1000);
    expect(verified(aws, arriving(aws.session, { at: before }), before)).toBe(aws.session);
    expect(refusalOf(() => verified(aws, arriving(aws.session, { at: expires }), expires))).toEqual(expired);
  });

  test('a role that is gone takes its sessions with it', () => {
    const aws = anAws();
    const without = anIam([aStack({ roles: [{ name: 'other' }] })]);
    expect(refusalOf(() => verified(aws, arriving(aws.session), aMoment, without))).toEqual(invalidToken);
  });
});

describe('date', () => {
  test.each([
    ['15 minutes ago', -15],
    ['now', 0],
    ['in 15 minutes', 15],
  ])('a request signed %s is taken', (_, ago) => {
    const aws = anAws();
    expect(verified(aws, arriving(aws.session, { at: minutes(ago) }))).toBe(aws.session);
  });

  test('a request signed longer ago is expired', () => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, { at: minutes(-15, -1000) })))).toEqual(
      refused(
        403,
        'SignatureDoesNotMatch',
        'Signature expired: 20260601T114459Z is now earlier than 20260601T114500Z (20260601T120000Z - 15 min.)',
      ),
    );
  });

  test('a request signed later than in 15 minutes is not yet current', () => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, { at: minutes(15, 1000) })))).toEqual(
      refused(
        403,
        'SignatureDoesNotMatch',
        'Signature not yet current: 20260601T121501Z is still later than 20260601T121500Z (20260601T120000Z + 15 min.)',
      ),
    );
  });

  test.each([
    '',
    '2026-06-01T12:00:00Z',
    '20260601',
    '20260601T120000',
    'Mon, 01 Jun 2026 12:00:00 GMT',
    '20260631T990000Z',
  ])('a date written "%s" is refused', (date) => {
    const aws = anAws();
    const { status } = refusalOf(() => verified(aws, arriving(aws.session, {}, { headers: { 'x-amz-date': date } })));
    expect([400, 403]).toContain(status);
  });

  test('a request without a date is refused', () => {
    const aws = anAws();
    const request = arriving(aws.session, {}, { headers: { 'x-amz-date': undefined } });
    expect([400, 403]).toContain(refusalOf(() => verified(aws, request)).status);
  });
});

describe('scope', () => {
  const region = 'Credential should be scoped to a valid region. ';
  const service = "Credential should be scoped to correct service: 'sts'. ";

  test.each<[string, SigningSettings, string]>([
    ['another service', { service: 's3' }, service],
    ['no service', { service: '' }, service],
    ['no Region that exists', { region: 'nowhere' }, region],
    ['an empty Region', { region: '' }, region],
    ['neither', { region: 'nowhere', service: 's3' }, region + service],
  ])('a credential scoped to %s is refused', (_, settings, message) => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, settings)))).toEqual(
      refused(403, 'SignatureDoesNotMatch', message),
    );
  });

  test('a credential of another day is refused', () => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, arriving(aws.session, { day: '20260531' })))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  test('the scope comes before the key, and the key before the signature', () => {
    const aws = anAws();
    const stranger = issuedBy(
      sessions(() => aMoment),
      aws.iam,
    );
    expect(refusalOf(() => verified(aws, arriving(stranger, { service: 's3' }))).message).toBe(service);
    expect(refusalOf(() => verified(aws, arriving(stranger, {}, { body: 'x' })))).toEqual(invalidToken);
  });

  test('an expired session is told before its signature is looked at', () => {
    const aws = anAws();
    const late = minutes(61);
    expect(refusalOf(() => verified(aws, arriving(aws.session, { at: late }, { body: 'x' }), late))).toEqual(expired);
  });
});

describe('form', () => {
  const withAuthorization = (authorization: string | undefined) => {
    const aws = anAws();
    return refusalOf(() => verified(aws, arriving(aws.session, {}, { headers: { authorization } })));
  };

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['a bearer token', 'Bearer token'],
    ['Signature Version 2', 'AWS key:signature'],
    ['SigV4a', 'AWS4-ECDSA-P256-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=00'],
  ])('%s for a signature is no authentication token', (_, authorization) => {
    expect(withAuthorization(authorization)).toEqual(
      refused(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'),
    );
  });

  const parts = { Credential: 'ASIA/20260601/us-east-1/sts/aws4_request', SignedHeaders: 'host', Signature: '00' };

  test.each(Object.keys(parts))('a header without %s is incomplete, and says so', (missing) => {
    const rest = Object.entries(parts).filter(([name]) => name !== missing);
    const { status, code, message } = withAuthorization(
      `AWS4-HMAC-SHA256 ${rest.map((pair) => pair.join('=')).join(', ')}`,
    );
    expect([status, code]).toEqual([400, 'IncompleteSignature']);
    expect(message).toContain(`Authorization header requires '${missing}' parameter.`);
  });

  test('a header of nothing else lacks everything', () => {
    const { code, message } = withAuthorization('AWS4-HMAC-SHA256 ');
    expect(code).toBe('IncompleteSignature');
    for (const part of Object.keys(parts)) expect(message).toContain(`'${part}'`);
  });

  test.each([
    'ASIA',
    'ASIA/20260601/us-east-1/sts',
    'ASIA/20260601/us-east-1/sts/aws4_request/more',
    'ASIA/20260601/us-east-1/sts/aws4',
  ])('a credential %s is incomplete', (credential) => {
    const header = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=00`;
    expect(withAuthorization(header)).toMatchObject({ status: 400, code: 'IncompleteSignature' });
  });
});

describe('an address that is signed', () => {
  /** The request of whoever follows it, its query bent. */
  function followed(
    aws: Aws,
    settings: PresigningSettings = {},
    bend: (query: string) => string = (query) => query,
    keys: SigningKeys = aws.session,
  ): SignedRequest {
    const { method, path, headers } = presignedRequest(keys, host, settings);
    const [uri = '/', query = ''] = path.split('?');
    return {
      method,
      path: uri,
      query: new URLSearchParams(bend(query)),
      headers: new Map(Object.entries(headers)),
      body: Buffer.alloc(0),
    };
  }
  const without = (name: string) => (query: string) => query.replace(new RegExp(`&${name}=[^&]*`), '');
  const setting = (name: string, value: string) => (query: string) =>
    query.replace(new RegExp(`(${name}=)[^&]*`), `$1${value}`);

  test('tells whose it is', () => {
    const aws = anAws();
    expect(verified(aws, followed(aws))).toBe(aws.session);
  });

  test('is followed with more headers than it signed', () => {
    const aws = anAws();
    const request = followed(aws);
    const headers = new Map([...request.headers, ['user-agent', 'a browser']]);
    expect(verified(aws, { ...request, headers })).toBe(aws.session);
  });

  test.each([
    ['as it is', {}, true],
    ['another', { 'x-daypass-audience': 'https://evil.example' }, false],
    ['left out', { 'x-daypass-audience': '' }, false],
  ])('with a header of the signer under its signature, %s', (_, changed, holds) => {
    const aws = anAws();
    const request = followed(aws, { headers: { 'x-daypass-audience': 'https://access.acme.example' } });
    const headers = new Map([...request.headers, ...Object.entries(changed)]);
    const verify = () => verified(aws, { ...request, headers });
    if (holds) expect(verify()).toBe(aws.session);
    else expect(refusalOf(verify)).toEqual(doesNotMatch);
  });

  test.each<[string, (query: string) => string]>([
    ['a parameter more', (query) => `${query}&X=1`],
    ['a parameter less', without('Version')],
    ['another action', setting('Action', 'AssumeRole')],
    ['another end', setting('X-Amz-Expires', '61')],
    ['another signature', setting('X-Amz-Signature', '0'.repeat(64))],
    ['another Region', (query) => query.replace('us-east-1', 'us-west-2')],
  ])('with %s does not match', (_, bend) => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, followed(aws, {}, bend)))).toEqual(doesNotMatch);
  });

  test('for another host does not match', () => {
    const aws = anAws();
    const request = followed(aws);
    const headers = new Map([...request.headers, ['host', 'sts.amazonaws.com']]);
    expect(refusalOf(() => verified(aws, { ...request, headers }))).toEqual(doesNotMatch);
  });

  test('without its session token, or with another, is nobody’s', () => {
    const aws = anAws();
    const { sessionToken } = issuedBy(aws.store, aws.iam, 'mallory');
    for (const bend of [
      without('X-Amz-Security-Token'),
      setting('X-Amz-Security-Token', encodeURIComponent(sessionToken)),
    ]) {
      expect(refusalOf(() => verified(aws, followed(aws, {}, bend)))).toEqual(invalidToken);
    }
  });

  test.each(['X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature'])(
    'without %s is incomplete, and says so',
    (name) => {
      const aws = anAws();
      expect(refusalOf(() => verified(aws, followed(aws, {}, without(name))))).toEqual(
        refused(400, 'IncompleteSignature', `AWS query-string parameters must include '${name}'.`),
      );
    },
  );

  test.each([0, -1, 604_801, 1.5])('that lasts %d seconds is none', (expiresSeconds) => {
    const aws = anAws();
    expect(refusalOf(() => verified(aws, followed(aws, { expiresSeconds })))).toMatchObject({
      status: 400,
      code: 'IncompleteSignature',
    });
  });

  test('lasts to its last second and no longer', () => {
    const aws = anAws();
    const request = followed(aws, { expiresSeconds: 120 });
    expect(verified(aws, request, minutes(2))).toBe(aws.session);
    expect(refusalOf(() => verified(aws, request, minutes(2, 1000)))).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  test('may last longer than a header, and not longer than its session', () => {
    const aws = anAws();
    const request = followed(aws, { expiresSeconds: 7200 });
    expect(verified(aws, request, minutes(59))).toBe(aws.session);
    expect(refusalOf(() => verified(aws, request, minutes(60)))).toEqual(expired);
  });

  test('is not yet good long before it was signed', () => {
    const aws = anAws();
    const request = followed(aws, { at: minutes(16) });
    expect(refusalOf(() => verified(aws, request))).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  test('whose method is another does not match', () => {
    const aws = anAws();
    const request = followed(aws);
    expect(refusalOf(() => verified(aws, { ...request, method: 'DELETE' }))).toEqual(doesNotMatch);
  });

  test('that somebody gave a body does not match', () => {
    const aws = anAws();
    const request = followed(aws);
    expect(refusalOf(() => verified(aws, { ...request, body: Buffer.from('Action=X') }))).toEqual(doesNotMatch);
  });
});

describe('long-term keys', () => {
  const withUser = () => {
    const aws = anAws();
    const { user, keys } = addUser(aws);
    return { aws, user, keys };
  };
  const callerOf = (aws: Aws, request: SignedRequest) =>
    verifySignatureV4(request, { sessions: aws.store, iam: aws.iam, service: 'sts', now: aMoment }).caller;

  test('tell their user', () => {
    const { aws, user, keys } = withUser();
    expect(callerOf(aws, arriving(keys))).toMatchObject({
      kind: 'user',
      arn: user.arn,
      userId: user.id,
      session: undefined,
    });
  });

  test('go with no session token', () => {
    const { aws, keys } = withUser();
    const request = arriving({ ...keys, sessionToken: aws.session.sessionToken });
    expect(refusalOf(() => callerOf(aws, request))).toEqual(invalidToken);
  });

  test('that are switched off are nobody’s, until they are switched on again', () => {
    const { aws, user, keys } = withUser();
    keys.active = false;
    expect(refusalOf(() => callerOf(aws, arriving(keys)))).toEqual(invalidToken);
    keys.active = true;
    expect(callerOf(aws, arriving(keys)).arn).toBe(user.arn);
  });

  test('do not match with another secret', () => {
    const { aws, keys } = withUser();
    const request = arriving({ ...keys, secretAccessKey: 'x'.repeat(40) });
    expect(refusalOf(() => callerOf(aws, request))).toEqual(doesNotMatch);
  });
});

describe('what S3 lets its clients say of a body', () => {
  const s3 = (aws: Aws, request: SignedRequest) =>
    verifySignatureV4(request, { sessions: aws.store, iam: aws.iam, service: 's3', now: aMoment }).caller.session;
  const arrivingAtS3 = (aws: Aws, said: string, bent: Bent = {}) =>
    arriving(aws.session, { service: 's3', body: 'hello', headers: { 'x-amz-content-sha256': said } }, bent);

  test.each([
    ['its hash', '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ['that it is not signed', 'UNSIGNED-PAYLOAD'],
    ['that it comes in chunks', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'],
  ])('%s', (_, said) => {
    const aws = anAws();
    expect(s3(aws, arrivingAtS3(aws, said))).toBe(aws.session);
  });

  test('binds it where it is a hash', () => {
    const aws = anAws();
    const hash = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    expect(refusalOf(() => s3(aws, arrivingAtS3(aws, hash, { body: 'hell0' })))).toMatchObject({
      code: 'XAmzContentSHA256Mismatch',
    });
    expect(s3(aws, arrivingAtS3(aws, 'UNSIGNED-PAYLOAD', { body: 'hell0' }))).toBe(aws.session);
  });

  test('nobody else does', () => {
    const aws = anAws();
    const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    expect(refusalOf(() => verified(aws, arriving(aws.session, { headers })))).toEqual(doesNotMatch);
  });
});
