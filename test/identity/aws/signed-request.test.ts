import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awsProofText } from '../../../lib/identity/aws/proof-form.ts';
import { parseSignedRequest } from '../../../lib/identity/aws/signed-request.ts';
import { Refusal } from '../../../lib/refusal.ts';
import { type AwsProofSettings, aNonce, anAddress, anAwsProof, proofOfText, signedParts } from '../../kit/aws-proof.ts';
import { aMoment } from '../../kit/issuer.ts';

const read = (proof: string, partition = 'aws') => parseSignedRequest(proof, partition);

/** Why a proof is not read; `undefined` when it is. */
function whyNot(proof: string, partition?: string): string | undefined {
  try {
    read(proof, partition);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'aws_request_invalid') throw error;
    return String(error.detail.why);
  }
}

const edited = async (edit: (url: string) => string, settings: AwsProofSettings = {}) =>
  whyNot(await anAwsProof(settings, (parts) => ({ ...parts, url: edit(parts.url) })));

describe('what the AWS SDK signs is read', () => {
  test('with long-term keys', async () => {
    expect(read(await anAwsProof({ expiresSeconds: 120 }))).toMatchObject({
      region: 'eu-central-1',
      audience: anAddress,
      nonce: aNonce,
      signedAt: aMoment,
      expires: new Date(aMoment.getTime() + 120_000),
    });
  });

  test('with the session token of temporary credentials', async () => {
    const sessionToken = `IQoJ${Buffer.alloc(900, 251).toString('base64')}`;
    const keys = { accessKeyId: 'ASIAQ3EGAAAAEXAMPLE1', secretAccessKey: 'x', sessionToken };
    expect(read(await anAwsProof({ keys })).parameters.get('X-Amz-Security-Token')).toBe(sessionToken);
  });

  test.each([
    ['us-gov-west-1', 'aws-us-gov', 'sts.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'aws-cn', 'sts.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'aws-eusc', 'sts.eusc-de-east-1.amazonaws.eu'],
  ])('for %s in the partition %s', async (region, partition, host) => {
    const proof = await anAwsProof({ region, host });
    expect(whyNot(proof, partition)).toBeUndefined();
    if (partition !== 'aws-us-gov') expect(whyNot(proof, 'aws')).toContain('host must be');
  });

  test('in any order and encoding, as one request', async () => {
    const { url, audience, nonce } = await signedParts();
    const [start = '', query = ''] = url.split('?');
    const respelt = query
      .split('&')
      .reverse()
      .join('&')
      .replaceAll('%2F', '%2f')
      .replace('GetCallerIdentity', '%47etCallerIdentity')
      .replaceAll('%3B', ';');
    const again = read(awsProofText({ url: `${start}?${respelt}`, audience, nonce }));
    expect([...again.parameters]).toEqual([...read(awsProofText({ url, audience, nonce })).parameters]);
  });
});

describe('a host that is not the endpoint of STS in the Region of the signature', () => {
  test.each([
    'sts.amazonaws.com',
    'sts-fips.us-east-1.amazonaws.com',
    'sts.us-east-1.api.aws',
    'sts.us-east-1.amazonaws.com.evil.example',
    'sts.us-east-1.amazonaws.com.',
    'evil-sts.us-east-1.amazonaws.com',
    'sts.us-west-2.amazonaws.com',
    'sts.us-east-1.amazonaws.com.cn',
    's3.us-east-1.amazonaws.com',
    '169.254.169.254',
    'localhost',
  ])('%s', async (host) => {
    expect(whyNot(await anAwsProof({ region: 'us-east-1', host }))).toContain('host must be');
  });

  test.each([
    ['userinfo', 'https://sts.us-east-1.amazonaws.com@evil.example/?'],
    ['a user', 'https://evil@sts.us-east-1.amazonaws.com/?'],
    ['a port', 'https://sts.us-east-1.amazonaws.com:443/?'],
    ['percent-encoding', 'https://sts.us-east-1.amazonaws%2Ecom/?'],
    ['capitals', 'https://STS.us-east-1.amazonaws.com/?'],
    ['another scheme', 'http://sts.us-east-1.amazonaws.com/?'],
    ['a path', 'https://sts.us-east-1.amazonaws.com/x/?'],
    ['two slashes', 'https://sts.us-east-1.amazonaws.com//?'],
    ['no path', 'https://sts.us-east-1.amazonaws.com?'],
    ['a backslash', 'https://sts.us-east-1.amazonaws.com\\.evil.example/?'],
    ['another letter that looks alike', 'https://sts.us-east-1.amazonaws.сom/?'],
    ['a space before', ' https://sts.us-east-1.amazonaws.com/?'],
  ])('%s', async (_, start) => {
    expect(await edited((url) => url.replace(/^.*?\?/, () => start), { region: 'us-east-1' })).toContain('url must be');
  });
});

describe('headers that were not signed, or others besides', () => {
  test.each([
    ['no audience', { 'x-daypass-nonce': aNonce }],
    ['no nonce', { 'x-daypass-audience': anAddress }],
    ['neither', {}],
    ["another service's header", { 'x-k8s-aws-id': 'cluster', 'x-daypass-nonce': aNonce }],
    ['one more', { 'x-daypass-audience': anAddress, 'x-daypass-nonce': aNonce, 'x-k8s-aws-id': 'cluster' }],
  ] as const)('%s', async (_, headers) => {
    expect(whyNot(await anAwsProof({ headers }))).toContain('X-Amz-SignedHeaders');
  });
});

describe('a request for something else', () => {
  test.each([
    ['AssumeRole', { Action: 'AssumeRole', Version: '2011-06-15' }],
    ['GetSessionToken', { Action: 'GetSessionToken', Version: '2011-06-15' }],
    ['getcalleridentity', { Action: 'getcalleridentity', Version: '2011-06-15' }],
    ['another version', { Action: 'GetCallerIdentity', Version: '2010-05-08' }],
  ])('%s', async (_, query) => {
    expect(whyNot(await anAwsProof({ query }))).toMatch(/has another (Action|Version)/);
  });

  test('parameters that have no place there', async () => {
    const query = { Action: 'GetCallerIdentity', Version: '2011-06-15', RoleArn: 'arn:aws:iam::111122223333:role/a' };
    expect(whyNot(await anAwsProof({ query }))).toContain('no place');
  });

  test('another service', async () => {
    expect(whyNot(await anAwsProof({ service: 's3' }))).toContain('X-Amz-Credential');
  });
});

describe('a query that may mean two things', () => {
  test.each([
    ['Action twice', (url: string) => `${url}&Action=GetCallerIdentity`, 'twice'],
    ['Action twice, the second another', (url: string) => `${url}&Action=AssumeRole`, 'twice'],
    ['a name in another case', (url: string) => `${url}&action=AssumeRole`, 'no place'],
    ['an encoded name', (url: string) => url.replace('Action=', '%41ction='), 'no place'],
    ['an empty pair', (url: string) => `${url}&`, 'no place'],
    ['a name alone', (url: string) => `${url}&Action`, 'no place'],
    ['a member of prototypes', (url: string) => `${url}&__proto__=x`, 'no place'],
    ['a semicolon for an ampersand', (url: string) => url.replace('&Version', ';Version'), 'another Action'],
    ['a fragment', (url: string) => `${url}#x`, 'another'],
    ['a plus sign', (url: string) => url.replace('Version=', 'Version=+'), 'plus sign'],
    ['broken encoding', (url: string) => url.replace('Version=', 'Version=%E0%A4'), 'badly encoded'],
    ['double encoding', (url: string) => url.replaceAll('%2F', '%252F'), 'X-Amz-Credential'],
    ['line ends', (url: string) => url.replace('Version=', 'Version=%0d%0a'), 'another Version'],
    ['a line end at the end', (url: string) => `${url}%0a`, 'another'],
    ['a raw line end', (url: string) => `${url}\r\nhost: evil.example`, 'url must be'],
    ['SigV4A', (url: string) => url.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'), 'X-Amz-Algorithm'],
    [
      'a signature in capitals',
      (url: string) => url.replace(/(?<=Signature=)\w+/, (hex) => hex.toUpperCase()),
      'X-Amz-Signature',
    ],
    ['no signature', (url: string) => url.replace(/&X-Amz-Signature=\w+/, ''), 'lacks X-Amz-Signature'],
    ['no date', (url: string) => url.replace(/&X-Amz-Date=\w+/, ''), 'lacks X-Amz-Date'],
    ['a date that is none', (url: string) => url.replace(/(?<=Date=)\w+/, '20260230T120000Z'), 'no time'],
    ['a hundred parameters', (url: string) => url + '&a=1'.repeat(100), 'no place'],
    ['an empty session token', (url: string) => `${url}&X-Amz-Security-Token=`, 'X-Amz-Security-Token'],
  ])('%s', async (_, edit, why) => {
    expect(await edited(edit)).toContain(why);
  });
});

describe('times', () => {
  test.each([0, 301, 900, 604_800])('X-Amz-Expires of %i s is refused', async (expiresSeconds) => {
    const edit = (url: string) => url.replace(/(?<=Expires=)\d+/, String(expiresSeconds));
    expect(await edited(edit)).toContain('X-Amz-Expires');
  });

  test('five minutes are taken', async () => {
    expect(whyNot(await anAwsProof({ expiresSeconds: 300 }))).toBeUndefined();
  });
});

describe('what holds it', () => {
  const json = async (members: object) => whyNot(proofOfText(JSON.stringify({ ...(await signedParts()), ...members })));

  test.each([
    ['nothing', '', 'does not begin'],
    ['a token', 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln', 'does not begin'],
    ['the prefix alone', 'daypass-aws-v1.', 'strict JSON'],
    ['another version', 'daypass-aws-v2.e30', 'does not begin'],
    ['what is no base64url', 'daypass-aws-v1.e30=', 'canonical'],
    ['bits that mean nothing', 'daypass-aws-v1.e31', 'canonical'],
    ['a list', proofOfText('[]'), 'strict JSON'],
    ['a member twice', proofOfText('{"url":"a","url":"b"}'), 'strict JSON'],
    ['depth', proofOfText('{"url":{"a":1}}'), 'strict JSON'],
    ['what is no UTF-8', proofOfText(Buffer.from([0x7b, 0xff, 0x7d])), 'strict JSON'],
    ['a byte order mark', proofOfText('\uFEFF{}'), 'strict JSON'],
    ['too much', `daypass-aws-v1.${'A'.repeat(20_000)}`, 'longer'],
  ])('%s', (_, proof, why) => {
    expect(whyNot(proof)).toContain(why);
  });

  test.each([
    ['another member', { body: 'Action=AssumeRole' }],
    ['a number for a text', { nonce: 1 }],
    ['a member of prototypes', { constructor: 'x' }],
  ])('%s', async (_, members) => {
    expect(await json(members)).toContain('members');
  });

  test.each(['', 'short', 'x'.repeat(129), `${aNonce} `, `${aNonce}\r\nx-evil: 1`, `${aNonce}\n`, 'é'.repeat(30)])(
    'the nonce %j',
    async (nonce) => {
      expect(await json({ nonce })).toContain('nonce');
    },
  );
});

test('whatever is written, it is read or refused, and no refusal repeats it', async () => {
  const good = await signedParts();
  const piece = fc.constantFrom('&', '=', '%', '%2F', '?', '#', '@', ':', '\r\n', '+', 'Action=AssumeRole', '\0', ' ');
  const place = fc.nat(good.url.length);
  fc.assert(
    fc.property(fc.array(fc.tuple(place, piece, fc.nat(3)), { minLength: 1, maxLength: 4 }), (edits) => {
      const url = edits.reduce((text, [at, put, drop]) => text.slice(0, at) + put + text.slice(at + drop), good.url);
      try {
        const { parameters } = read(awsProofText({ ...good, url }));
        expect(parameters.get('Action')).toBe('GetCallerIdentity');
        expect(parameters.get('X-Amz-SignedHeaders')).toBe('host;x-daypass-audience;x-daypass-nonce');
        for (const value of parameters.values()) expect(value).toMatch(/^[!-~]+$/);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        expect(JSON.stringify(error.detail)).not.toContain(good.nonce);
        expect(JSON.stringify(error.detail)).not.toMatch(/AKIA|[0-9a-f]{32}/);
      }
    }),
    { numRuns: 300 },
  );
});
