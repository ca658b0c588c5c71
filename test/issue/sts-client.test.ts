import { describe, expect, test } from 'vitest';
import { stsEndpoint } from '../../lib/aws-query/sts-endpoint.ts';
import { stsClient } from '../../lib/issue/sts-client.ts';
import { NetworkError } from '../../lib/network/network.ts';
import { Refusal, type RefusalCode } from '../../lib/refusal.ts';
import { granted, hostsOf, refused, type StsNetwork, stsNetwork } from './kit.ts';

const regions = ['eu-central-1', 'us-west-2'];
const here = 'sts.eu-central-1.amazonaws.com';
const there = 'sts.us-west-2.amazonaws.com';
const idToken = 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl';

const callOn = (network: StsNetwork, parameters: Readonly<Record<string, string>> = {}, names = regions) =>
  stsClient({ network, regions: names, partition: 'aws' }).call('AssumeRoleWithWebIdentity', {
    WebIdentityToken: idToken,
    ...parameters,
  });

async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => new Error('it was granted'),
    (reason: unknown) => reason,
  );
  if (error instanceof Refusal) return error;
  throw error;
}

describe('a call of STS', () => {
  test('is one form POST of exactly the parameters, with nothing in the address', async () => {
    const network = stsNetwork(granted());
    await callOn(network, { RoleArn: 'arn:aws:iam::1:role/a', RoleSessionName: 'a+b=c', Policy: '{"a":"ü & *"}' });
    expect(network.sent).toEqual([
      {
        method: 'POST',
        url: 'https://sts.eu-central-1.amazonaws.com/',
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/xml' },
        body: expect.any(String),
        timeoutMilliseconds: 3000,
        longestAnswerBytes: 65_536,
      },
    ]);
    expect([...new URLSearchParams(network.sent[0]?.body)]).toEqual([
      ['Action', 'AssumeRoleWithWebIdentity'],
      ['Version', '2011-06-15'],
      ['WebIdentityToken', idToken],
      ['RoleArn', 'arn:aws:iam::1:role/a'],
      ['RoleSessionName', 'a+b=c'],
      ['Policy', '{"a":"ü & *"}'],
    ]);
  });

  test('resolves to what STS answered', async () => {
    await expect(callOn(stsNetwork(granted()))).resolves.toBe(granted().body);
  });

  test('without a Region is refused', async () => {
    expect((await refusalOf(callOn(stsNetwork(), {}, []))).code).toBe('sts_unavailable');
  });

  test.each<[region: string, partition: string, url: string]>([
    ['eu-central-1', 'aws', 'https://sts.eu-central-1.amazonaws.com'],
    ['us-gov-west-1', 'aws-us-gov', 'https://sts.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'https://sts.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'aws-eusc', 'https://sts.eusc-de-east-1.amazonaws.eu'],
    ['us-iso-east-1', 'aws-iso', 'https://sts.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', 'aws-iso-b', 'https://sts.us-isob-east-1.sc2s.sgov.gov'],
  ])('in %s of %s goes to %s', (region, partition, url) => {
    expect(stsEndpoint(region, partition)).toBe(url);
  });
});

describe('a no of STS', () => {
  test.each<[status: number, stsCode: string, code: RefusalCode]>([
    [403, 'AccessDenied', 'sts_denied'],
    [400, 'InvalidIdentityToken', 'sts_refused_token'],
    [403, 'IDPRejectedClaim', 'sts_refused_token'],
    [400, 'ExpiredTokenException', 'token_expired'],
    [400, 'PackedPolicyTooLarge', 'session_too_large'],
    [400, 'ValidationError', 'sts_refused_request'],
    [400, 'MalformedPolicyDocument', 'sts_refused_request'],
    [400, 'InvalidParameterValue', 'sts_refused_request'],
    [400, 'InvalidAction', 'sts_refused_request'],
    [400, 'constructor', 'sts_refused_request'],
  ])('%i %s is %s, and is not asked again', async (status, stsCode, code) => {
    const network = stsNetwork(refused(status, stsCode, 'Not authorized &amp; done'));
    const refusal = await refusalOf(callOn(network));
    expect(refusal).toMatchObject({
      code,
      detail: { stsHost: here, stsStatus: status, stsCode, stsMessage: 'Not authorized & done' },
    });
    expect(network.sent).toHaveLength(1);
  });

  test.each([
    ['a page of somebody else', { status: 400, body: '<html><body>Bad Request</body></html>' }],
    ['a redirect', { status: 302, body: '' }],
    ['nothing', { status: 404, body: '' }],
  ])('that is %s is a refused request', async (_, answer) => {
    expect(await refusalOf(callOn(stsNetwork(answer)))).toMatchObject({
      code: 'sts_refused_request',
      detail: { stsCode: 'none' },
    });
  });

  test('that repeats the token does not bring it into the detail', async () => {
    const message = `1 validation error detected: Value '${idToken}' at 'webIdentityToken' failed to satisfy constraint`;
    const { detail } = await refusalOf(callOn(stsNetwork(refused(400, 'ValidationError', message))));
    for (const part of idToken.split('.')) expect(JSON.stringify(detail)).not.toContain(part);
  });

  test('has no token in its detail, whoever says it', async () => {
    const answers = [
      refused(403, 'AccessDenied'),
      refused(500, 'InternalFailure'),
      new NetworkError('sts could not be reached'),
    ];
    for (const answer of answers) {
      const { detail } = await refusalOf(callOn(stsNetwork(answer, answer)));
      expect(JSON.stringify(detail)).not.toContain('eyJ');
    }
  });
});

describe('what may pass', () => {
  test.each([
    [400, 'IDPCommunicationError'],
    [400, 'Throttling'],
    [400, 'ThrottlingException'],
    [503, 'Throttling'],
    [400, 'RequestLimitExceeded'],
  ])('%i %s is asked once more, in the same Region', async (status, code) => {
    const network = stsNetwork(refused(status, code), granted());
    await expect(callOn(network)).resolves.toBe(granted().body);
    expect(hostsOf(network)).toEqual([here, here]);
  });

  test('is asked twice in each Region, and then given up', async () => {
    const answer = refused(400, 'Throttling');
    const network = stsNetwork(answer, answer, answer, answer);
    expect(await refusalOf(callOn(network))).toMatchObject({ code: 'sts_unavailable', detail: { stsHost: there } });
    expect(hostsOf(network)).toEqual([here, here, there, there]);
  });

  test('is asked again after a moment, not at once', async () => {
    const started = performance.now();
    await callOn(stsNetwork(refused(400, 'Throttling'), granted()));
    expect(performance.now() - started).toBeGreaterThanOrEqual(95);
  });
});

describe('a Region that does not serve', () => {
  test.each([
    ['does not answer', new NetworkError('sts.eu-central-1.amazonaws.com did not answer in 3000 ms')],
    ['fails', refused(500, 'InternalFailure')],
    ['is not available', { status: 503, body: 'Service Unavailable' }],
    ['is not activated', refused(403, 'RegionDisabledException')],
  ])('because it %s is followed by the next at once', async (_, step) => {
    const network = stsNetwork(step, granted());
    await expect(callOn(network)).resolves.toBe(granted().body);
    expect(hostsOf(network)).toEqual([here, there]);
  });

  test('is told when it was the last', async () => {
    const cause = new NetworkError('sts.us-west-2.amazonaws.com could not be reached');
    const refusal = await refusalOf(callOn(stsNetwork(refused(500, 'InternalFailure'), cause)));
    expect(refusal).toMatchObject({ code: 'sts_unavailable', detail: { why: cause.message } });
    expect(refusal.cause).toBe(cause);
  });

  test('does not hide a no of the next', async () => {
    const network = stsNetwork(new NetworkError('down'), refused(403, 'AccessDenied'));
    expect((await refusalOf(callOn(network))).code).toBe('sts_denied');
  });
});

describe('a fault of ours', () => {
  test('is no refusal, and nobody is asked again', async () => {
    const bug = new TypeError('undefined is not a function');
    const network = stsNetwork(bug, granted());
    await expect(callOn(network)).rejects.toBe(bug);
    expect(network.sent).toHaveLength(1);
  });
});
