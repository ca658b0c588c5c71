import { describe, expect, test } from 'vitest';
import { aMoment } from '../../../kit/issuer.ts';
import { allow, anS3 } from './kit.ts';

const plain = { 'content-type': 'text/plain' };

/** An S3 with `/privet/digits.txt`. */
async function withDigits() {
  const s3 = await anS3();
  await s3.ask('PUT', '/privet/digits.txt', { body: '0123456789', headers: plain });
  return s3;
}

describe('an object', () => {
  test('is got as it was put, with its type and metadata', async () => {
    const { ask } = await anS3();
    const headers = { ...plain, 'x-amz-meta-author': 'ali' };
    const put = await ask('PUT', '/privet/notes/first.txt', { body: 'hello', headers });
    expect(put).toMatchObject({ status: 200, headers: { etag: '"5d41402abc4b2a76b9719d911017c592"' } });
    expect(await ask('GET', '/privet/notes/first.txt')).toMatchObject({
      status: 200,
      body: 'hello',
      headers: {
        'content-type': 'text/plain',
        'content-length': '5',
        'x-amz-meta-author': 'ali',
        etag: '"5d41402abc4b2a76b9719d911017c592"',
        'last-modified': aMoment.toUTCString(),
      },
    });
  });

  test('is told by HEAD without its body', async () => {
    const { status, headers, body } = await (await withDigits()).ask('HEAD', '/privet/digits.txt');
    expect([status, headers['content-length'], body]).toEqual([200, '10', '']);
  });

  test('is put over', async () => {
    const { ask } = await withDigits();
    await ask('PUT', '/privet/digits.txt', { body: 'none' });
    expect((await ask('GET', '/privet/digits.txt')).body).toBe('none');
  });

  test('is deleted, even when it is gone', async () => {
    const { ask } = await withDigits();
    expect((await ask('DELETE', '/privet/digits.txt')).status).toBe(204);
    expect((await ask('GET', '/privet/digits.txt')).status).toBe(404);
    expect((await ask('DELETE', '/privet/digits.txt')).status).toBe(204);
  });

  test.each(['a b.txt', 'ä/ö.txt', '…', 'a+b', '%', 'a?b=c', '()*!'])('may be called %s', async (key) => {
    const { ask } = await anS3();
    const path = `/privet/${encodeURIComponent(key).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
    await ask('PUT', path, { body: key });
    expect((await ask('GET', path)).body).toBe(key);
    const listed = await ask('GET', '/privet?encoding-type=url&list-type=2');
    expect(listed.all('Key').map(decodeURIComponent)).toContain(key);
  });

  test('that is not there is not told of to whom the bucket is closed', async () => {
    const { ask, user } = await anS3();
    const reader = user({ name: 'reader', statements: [allow('s3:GetObject')] });
    const lister = user({ name: 'lister', statements: [allow(['s3:GetObject', 's3:ListBucket'])] });
    expect(await ask('GET', '/privet/nothing', { as: reader })).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect(await ask('GET', '/privet/nothing', { as: lister })).toMatchObject({ status: 404, code: 'NoSuchKey' });
  });
});

describe('a range', () => {
  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
  ])('%s is %s', async (range, body, said) => {
    const answer = await (await withDigits()).ask('GET', '/privet/digits.txt', { headers: { range } });
    expect(answer).toMatchObject({ status: 206, body });
    expect(answer.headers).toMatchObject({ 'content-range': said, 'content-length': String(body.length) });
  });

  test.each(['bytes=10-', 'bytes=-0', 'bytes=5-4'])('%s is beyond the object', async (range) => {
    const answer = await (await withDigits()).ask('GET', '/privet/digits.txt', { headers: { range } });
    expect(answer).toMatchObject({ status: 416, code: 'InvalidRange' });
  });

  test.each(['lines=1-2', 'bytes=a-b', 'bytes=-', 'bytes=0-1,4-5'])('%s is none: the whole comes', async (range) => {
    const answer = await (await withDigits()).ask('GET', '/privet/digits.txt', { headers: { range } });
    expect(answer).toMatchObject({ status: 200, body: '0123456789' });
  });
});

describe('a copy', () => {
  const source = 'x-amz-copy-source';

  test.each(['privet/digits.txt', '/privet/digits.txt', '/privet/digits%2Etxt'])('of %s is the same', async (from) => {
    const { ask } = await withDigits();
    const { all } = await ask('PUT', '/privet/copy.txt', { headers: { [source]: from } });
    expect(all('ETag')).toHaveLength(1);
    const { body, headers } = await ask('GET', '/privet/copy.txt');
    expect([body, headers['content-type']]).toEqual(['0123456789', 'text/plain']);
  });

  test('has another type and other metadata where it says so', async () => {
    const { ask } = await withDigits();
    const headers = {
      [source]: '/privet/digits.txt',
      'x-amz-metadata-directive': 'REPLACE',
      'content-type': 'text/csv',
      'x-amz-meta-author': 'bob',
    };
    await ask('PUT', '/privet/copy.txt', { headers });
    expect((await ask('GET', '/privet/copy.txt')).headers).toMatchObject({
      'content-type': 'text/csv',
      'x-amz-meta-author': 'bob',
    });
  });

  test.each([
    ['another bucket', '/nowhere/digits.txt', 404, 'NoSuchBucket'],
    ['another key', '/privet/none.txt', 404, 'NoSuchKey'],
    ['no text', '/privet/%ff', 400, 'InvalidArgument'],
    ['no key', 'privet', 400, 'InvalidArgument'],
  ])('of %s is refused', async (_, from, status, code) => {
    const { ask } = await withDigits();
    expect(await ask('PUT', '/privet/copy.txt', { headers: { [source]: from } })).toMatchObject({ status, code });
  });

  test('needs the permission to read', async () => {
    const { ask, user } = await withDigits();
    const writer = user({ name: 'writer', statements: [allow('s3:PutObject')] });
    const answer = await ask('PUT', '/privet/copy.txt', { headers: { [source]: '/privet/digits.txt' }, as: writer });
    expect(answer).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await ask('GET', '/privet/copy.txt')).status).toBe(404);
  });
});

describe('a body in chunks', () => {
  const chunked = {
    ...plain,
    'content-encoding': 'aws-chunked',
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  };
  const put = async (body: string, headers: Readonly<Record<string, string>> = chunked) => {
    const { ask } = await anS3();
    const answer = await ask('PUT', '/privet/chunked.txt', { body, headers });
    return { ...answer, stored: (await ask('GET', '/privet/chunked.txt')).body };
  };

  test('is put together, without its lengths and trailers', async () => {
    const body = '5\r\nhello\r\n6\r\n, bob!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
    expect(await put(body)).toMatchObject({ status: 200, stored: 'hello, bob!' });
  });

  test('may hold what looks like a chunk', async () => {
    expect(await put('5\r\n0\r\n\r\n\r\n0\r\n\r\n')).toMatchObject({ status: 200, stored: '0\r\n\r\n' });
  });

  test.each([
    ['no length', 'hello'],
    ['a length that is none', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['no end', '5\r\nhello\r\n'],
    ['a length beyond its end', 'ff\r\nhello\r\n0\r\n\r\n'],
  ])('with %s is refused', async (_, body) => {
    expect(await put(body)).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  test('whose chunks are signed is not taken', async () => {
    const headers = { ...chunked, 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    expect(await put('0\r\n\r\n', headers)).toMatchObject({ status: 501, code: 'NotImplemented' });
  });
});

describe('an address that is signed', () => {
  test('gets what it is for, without another word', async () => {
    const { presigned } = await withDigits();
    expect(await presigned('/privet/digits.txt')).toMatchObject({ status: 200, body: '0123456789' });
  });

  test('may have headers under its signature', async () => {
    const { presigned } = await withDigits();
    const answer = await presigned('/privet/digits.txt', { headers: { range: 'bytes=0-1' } });
    expect(answer).toMatchObject({ status: 206, body: '01' });
  });

  test('lasts as long as it says, a week at most', async () => {
    const { presigned } = await withDigits();
    const ago = (seconds: number) => new Date(aMoment.getTime() - seconds * 1000);
    const asked = (seconds: number, expiresSeconds: number) =>
      presigned('/privet/digits.txt', { at: ago(seconds), expiresSeconds });
    expect((await asked(3600, 3600)).status).toBe(200);
    expect((await asked(3601, 3600)).status).toBe(403);
    expect((await asked(604_000, 604_800)).status).toBe(200);
    expect((await asked(0, 604_801)).status).toBe(400);
  });

  test('has the permissions of whoever signed it, when it is followed', async () => {
    const { presigned, user } = await withDigits();
    const reader = user({ name: 'reader', statements: [allow('s3:GetObject', 'arn:aws:s3:::privet/digits.txt')] });
    expect((await presigned('/privet/digits.txt', { as: reader })).status).toBe(200);
    expect((await presigned('/privet/welcome.txt', { as: reader })).status).toBe(403);
  });
});
