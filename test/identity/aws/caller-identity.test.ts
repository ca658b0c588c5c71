import { describe, expect, test } from 'vitest';
import { callerOf } from '../../../lib/identity/aws/caller-identity.ts';
import { parseSignedRequest } from '../../../lib/identity/aws/signed-request.ts';
import { type Network, NetworkError } from '../../../lib/network/network.ts';
import { Refusal } from '../../../lib/refusal.ts';
import { aCaller, aNonce, anAddress, anAwsProof, anSts, callerXml } from '../../kit/aws-proof.ts';

const request = parseSignedRequest(await anAwsProof(), 'aws');
const ask = (sts: Network) => callerOf(request, { sts, partition: 'aws' });
const refusedBy = (sts: Network) =>
  ask(sts).then(
    () => undefined,
    (error: unknown) => (error instanceof Refusal ? error : Promise.reject(error)),
  );

test('STS is asked by GET at its own endpoint, with the two headers and nothing of the caller besides', async () => {
  const sts = anSts();
  await ask(sts);
  const [sent] = sts.sent;
  const { origin, pathname, searchParams } = new URL(sent?.url ?? '');
  expect([origin, pathname]).toEqual(['https://sts.eu-central-1.amazonaws.com', '/']);
  expect([...searchParams.keys()]).toEqual([
    'Action',
    'Version',
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-Signature',
    'X-Amz-SignedHeaders',
  ]);
  expect(sent).toMatchObject({
    method: 'GET',
    headers: { accept: 'text/xml', 'x-daypass-audience': anAddress, 'x-daypass-nonce': aNonce },
    longestAnswerBytes: 16 * 1024,
  });
  expect(sent?.body).toBeUndefined();
});

test('what STS says is read', async () => {
  expect(await ask(anSts())).toEqual({ account: aCaller.Account, arn: aCaller.Arn, userId: aCaller.UserId });
});

describe('a no of STS', () => {
  const error = (code: string) =>
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>The Canonical String was: GET X-Amz-Signature</Message></Error></ErrorResponse>`;

  test.each([
    [403, 'SignatureDoesNotMatch'],
    [403, 'InvalidClientTokenId'],
    [403, 'ExpiredToken'],
    [403, 'RegionDisabledException'],
    [400, 'IncompleteSignature'],
  ])('%i %s is that the signature does not hold, and its message stays here', async (status, code) => {
    const refusal = await refusedBy(anSts({ status, body: error(code) }));
    expect(refusal?.code).toBe('signature_invalid');
    expect(refusal?.detail).toEqual({ stsStatus: status, stsCode: code });
  });

  test.each([301, 302, 307, 204, 206, 404])('so is the status %i, and no redirect is followed', async (status) => {
    const sts = anSts({ status, body: callerXml() });
    expect((await refusedBy(sts))?.code).toBe('signature_invalid');
    expect(sts.sent).toHaveLength(1);
  });

  test.each([
    [500, 'InternalFailure'],
    [503, 'ServiceUnavailable'],
    [429, 'none'],
    [400, 'Throttling'],
    [400, 'ThrottlingException'],
    [400, 'RequestLimitExceeded'],
  ])('%i %s is that STS cannot be reached now', async (status, code) => {
    expect((await refusedBy(anSts({ status, body: error(code) })))?.code).toBe('sts_unavailable');
  });

  test('a code of endless length is cut', async () => {
    const refusal = await refusedBy(anSts({ status: 403, body: error('x'.repeat(5000)) }));
    expect(String(refusal?.detail.stsCode)).toHaveLength(64);
  });

  test('no answer, or too large a one, is that STS cannot be reached', async () => {
    const silent = anSts(() =>
      Promise.reject(new NetworkError('sts.eu-central-1.amazonaws.com answered more than 16384 bytes')),
    );
    expect((await refusedBy(silent))?.code).toBe('sts_unavailable');
  });
});

test('a Region that nobody has is the mistake of the caller', async () => {
  const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const sts = anSts(() =>
    Promise.reject(new NetworkError('sts.xx-none-1.amazonaws.com could not be reached', { cause: notFound })),
  );
  expect(await refusedBy(sts)).toMatchObject({ code: 'aws_request_invalid', detail: { why: 'is of no Region' } });
});

describe('an answer that STS never gives is a fault', () => {
  const { Arn, UserId, Account } = aCaller;
  test.each([
    ['nothing', ''],
    ['a page', '<html><Arn>x</Arn></html>'],
    ['JSON', '{"Arn":"arn:aws:iam::111122223333:root"}'],
    ['another action', callerXml().replaceAll('GetCallerIdentityResult', 'AssumeRoleResult')],
    ['two results', callerXml() + callerXml()],
    ['no ARN', callerXml({ UserId, Account })],
    ['no account', callerXml({ Arn, UserId })],
    ['an empty ARN', callerXml({ Arn: '', UserId, Account })],
    ['an account that is none', callerXml({ Arn, UserId, Account: '1' })],
    ['two ARNs', callerXml().replace('<Arn>', '<Arn>arn:aws:iam::111122223333:user/root</Arn><Arn>')],
    ['elements within the ARN', callerXml().replace(Arn, `<b>${Arn}</b>`)],
    ['a comment within the ARN', callerXml().replace('ci-runner', 'ci-<!-- x -->runner')],
    ['CDATA', callerXml().replace(Arn, `<![CDATA[${Arn}]]>`)],
    ['an entity of its own', `<!DOCTYPE x [<!ENTITY a "b">]>${callerXml()}`],
    ['members outside the result', `<Arn>${Arn}</Arn>${callerXml({ UserId, Account })}`],
  ])('%s', async (_, body) => {
    await expect(refusedBy(anSts({ body }))).rejects.toThrow(/^STS answered/);
  });
});
