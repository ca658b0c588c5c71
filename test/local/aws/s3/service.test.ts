import { describe, expect, test } from 'vitest';
import type { Buckets } from '../../../../lib/local/aws/s3/buckets.ts';
import { overHttp } from '../../../kit/loopback.ts';
import { signedRequest } from '../../../kit/signer.ts';
import { allow, anS3 } from './kit.ts';

const contentOf = (buckets: Buckets) =>
  [...buckets.values()].map(({ objects, ...bucket }) => ({ ...bucket, objects: [...objects.values()] }));

describe('what there is not', () => {
  test.each([
    ['GET', '/privet?acl='],
    ['GET', '/privet?versions='],
    ['GET', '/privet?accelerate='],
    ['GET', '/privet?ownershipControls='],
    ['GET', '/privet?session='],
    ['PUT', '/privet?tagging='],
    ['PUT', '/privet?lifecycle='],
    ['POST', '/privet?delete='],
    ['POST', '/privet'],
    ['GET', '/privet/welcome.txt?acl='],
    ['GET', '/privet/welcome.txt?attributes='],
    ['GET', '/privet/welcome.txt?versionId=1'],
    ['GET', '/privet/welcome.txt?partNumber=1'],
    ['POST', '/privet/big.bin?uploads='],
    ['PUT', '/privet/big.bin?partNumber=1&uploadId=x'],
    ['PUT', '/'],
  ])('%s %s is not implemented, and nothing else happens', async (method, path) => {
    const { ask, buckets } = await anS3();
    const before = contentOf(buckets);
    expect(buckets.get('privet')?.objects.has('welcome.txt')).toBe(true);
    const { status, code } = await ask(method, path);
    expect([status, code]).toEqual([501, 'NotImplemented']);
    expect(contentOf(buckets)).toEqual(before);
  });

  test.each([
    ['a bucket', 'GET', '/nowhere', 'NoSuchBucket'],
    ['a bucket of a key', 'GET', '/nowhere/key', 'NoSuchBucket'],
    ['a bucket of a new key', 'PUT', '/nowhere/key', 'NoSuchBucket'],
    ['a key', 'GET', '/privet/nothing.txt', 'NoSuchKey'],
  ])('%s is not found', async (_, method, path, expected) => {
    const { status, code } = await (await anS3()).ask(method, path);
    expect([status, code]).toEqual([404, expected]);
  });

  test('an address that is no text is refused', async () => {
    const { status, code } = await (await anS3()).ask('GET', '/privet/%ff');
    expect([status, code]).toEqual([400, 'InvalidURI']);
  });
});

describe('an error', () => {
  test('is S3’s XML, and names the resource', async () => {
    const { headers, body } = await (await anS3()).ask('GET', '/privet/nothing.txt');
    expect(headers['content-type']).toBe('application/xml');
    expect(body).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>The specified key does not exist\.<\/Message><Resource>\/privet\/nothing\.txt<\/Resource><RequestId>[0-9a-f-]{36}<\/RequestId><\/Error>$/,
    );
  });

  test('has no body where HEAD is asked', async () => {
    const { status, body } = await (await anS3()).ask('HEAD', '/privet/nothing.txt');
    expect([status, body]).toEqual([404, '']);
  });

  test.each([
    ['a key that nobody gave', { accessKeyId: 'AKIARTX3GSDS2FZRYCK7' }, 403, 'InvalidAccessKeyId'],
    ['another secret', { secretAccessKey: 'x'.repeat(40) }, 403, 'SignatureDoesNotMatch'],
    ['a token that nobody gave', { sessionToken: 'token' }, 403, 'InvalidAccessKeyId'],
  ])('%s is refused in S3’s words', async (_, bent, status, code) => {
    const { ask, administrator } = await anS3();
    const { accessKeyId, secretAccessKey } = administrator;
    expect(await ask('GET', '/privet', { as: { accessKeyId, secretAccessKey, ...bent } })).toMatchObject({
      status,
      code,
    });
  });

  test('of a body that is not the one whose hash was signed is told apart', async () => {
    const { address, administrator } = await anS3();
    const headers = { 'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' };
    const settings = { service: 's3', method: 'PUT', path: '/privet/a', headers };
    const signed = signedRequest(administrator, new URL(address).host, settings);
    const { status, body } = await overHttp(address, { ...signed, body: 'something' });
    expect(status).toBe(400);
    expect(body).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
  });
});

describe('permissions', () => {
  test.each([
    ['GET', '/', 's3:ListAllMyBuckets', '*'],
    ['GET', '/privet', 's3:ListBucket', 'arn:aws:s3:::privet'],
    ['HEAD', '/privet', 's3:ListBucket', 'arn:aws:s3:::privet'],
    ['GET', '/privet?location=', 's3:GetBucketLocation', 'arn:aws:s3:::privet'],
    ['GET', '/privet/welcome.txt', 's3:GetObject', 'arn:aws:s3:::privet/welcome.txt'],
    ['HEAD', '/privet/welcome.txt', 's3:GetObject', 'arn:aws:s3:::privet/welcome.txt'],
    ['PUT', '/privet/a%20b.txt', 's3:PutObject', 'arn:aws:s3:::privet/a b.txt'],
    ['DELETE', '/privet/welcome.txt', 's3:DeleteObject', 'arn:aws:s3:::privet/welcome.txt'],
    ['PUT', '/new-bucket', 's3:CreateBucket', 'arn:aws:s3:::new-bucket'],
    ['DELETE', '/privet?policy=', 's3:DeleteBucketPolicy', 'arn:aws:s3:::privet'],
  ])('%s %s asks for %s on %s', async (method, path, action, resource) => {
    const { ask, user } = await anS3();
    const may = user({ name: 'may', statements: [allow(action, resource)] });
    const mayNot = user({ name: 'may-not', statements: [{ ...allow('s3:*'), NotAction: action, Action: undefined }] });
    expect((await ask(method, path, { as: mayNot })).status).toBe(403);
    expect((await ask(method, path, { as: may })).status).toBeLessThan(300);
  });

  test('whom nothing allows learns what was asked for', async () => {
    const { ask, user } = await anS3();
    const { code, all } = await ask('GET', '/privet/welcome.txt', { as: user({ name: 'bob' }) });
    expect(code).toBe('AccessDenied');
    expect(all('Message')).toEqual([
      'User: arn:aws:iam::111122223333:user/bob is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::privet/welcome.txt because no identity-based policy allows the s3:GetObject action',
    ]);
  });
});
