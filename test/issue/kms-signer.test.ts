// The signing key: who may do what with it in the embedded KMS, and what a caller is told when it is out of reach.

import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { GetPublicKeyCommand, KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rim } from '../../lib/door.ts';
import { kmsPublicKey, kmsSigner } from '../../lib/issue/kms-signer.ts';
import type { DoorName } from '../../lib/routes.ts';
import { serving } from '../kit/loopback.ts';
import { doorBeside } from '../kit/stack.ts';
import { aVouchedStack, type VouchedStack } from '../kit/vouched.ts';

let stack: VouchedStack;
let key: string;
beforeAll(async () => {
  stack = await aVouchedStack({ files: { way: 'vouch' } });
  key = stack.rim('issuer').environment().signingKeys[0] ?? '';
});
afterAll(() => stack?.stop());

/** As the role of the door. */
const kmsOf = (door: DoorName) => {
  const { embeddedAws: { endpoint = '', credentials } = {} } = stack.rim(door);
  return new KMSClient({ region: 'us-east-1', endpoint, ...(credentials && { credentials }), maxAttempts: 1 });
};

const sign = (door: DoorName, algorithm: SigningAlgorithmSpec = 'RSASSA_PKCS1_V1_5_SHA_256') =>
  kmsOf(door).send(
    new SignCommand({
      KeyId: key,
      Message: Buffer.alloc(32, 7),
      MessageType: 'DIGEST',
      SigningAlgorithm: algorithm,
    }),
  );
const read = (door: DoorName) => kmsOf(door).send(new GetPublicKeyCommand({ KeyId: key }));

const issuing = ['credentials', 'console', 'sts-query', 'token-exchange', 'container-credentials'] as const;

describe('KMS', () => {
  test.each(issuing)('lets %s sign, in one way, and read no key', async (door) => {
    expect((await sign(door)).Signature).toHaveLength(256);
    await expect(sign(door, 'RSASSA_PSS_SHA_256')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(sign(door, 'RSASSA_PKCS1_V1_5_SHA_512')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(read(door)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('lets the issuer read and not sign', async () => {
    expect((await read('issuer')).PublicKey).toBeDefined();
    await expect(sign('issuer')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test.each<DoorName>(['grants', 'explain', 'health', 'discovery'])('lets %s do neither', async (door) => {
    await expect(sign(door)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(read(door)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('without the key', () => {
  /** Between a door and the embedded AWS: everything but KMS goes by. */
  const kmsThat = async (answer: RequestListener): Promise<Rim> => {
    const rim = stack.rim('credentials');
    const { endpoint = '', credentials } = rim.embeddedAws ?? {};
    const proxy = createServer((incoming, outgoing) => {
      if (String(incoming.headers['x-amz-target']).startsWith('TrentService')) return void answer(incoming, outgoing);
      const { method = 'POST', headers, url = '/' } = incoming;
      incoming.pipe(
        httpRequest(endpoint + url, { method, headers }, (answered) => {
          outgoing.writeHead(answered.statusCode ?? 500, answered.headers);
          answered.pipe(outgoing);
        }),
      );
    });
    const address = await serving(proxy);
    return { ...rim, ...(credentials && { embeddedAws: { endpoint: address, credentials } }) };
  };
  const kmsError =
    (status: number, type: string): RequestListener =>
    (_, outgoing) =>
      void outgoing
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ __type: type, message: `no, alice of ${key}` }));

  test.each<[what: string, answer: RequestListener, why: string]>([
    ['it is unreachable', (incoming) => void incoming.socket.destroy(), 'TimeoutError'],
    ['it does not answer', () => undefined, 'TimeoutError'],
    ['it throttles', kmsError(400, 'ThrottlingException'), 'ThrottlingException'],
    ['it fails', kmsError(500, 'KMSInternalException'), 'KMSInternalException'],
    ['it is disabled', kmsError(400, 'DisabledException'), 'DisabledException'],
    ['it denies', kmsError(400, 'AccessDeniedException'), 'AccessDeniedException'],
    ['it answers nothing', (_, outgoing) => void outgoing.end('{}'), 'KMS answered without a signature'],
  ])(
    'where %s, nothing is issued and the caller is told within his time',
    async (_, answer, why) => {
      const address = await doorBeside('credentials', await kmsThat(answer));
      const began = performance.now();
      const before = stack.lines.length;
      expect(await stack.exchange('files', stack.token(), address)).toMatchObject({
        status: 503,
        error: 'signer_unavailable',
      });
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(stack.audit.at(-1)).toMatchObject({ code: 'signer_unavailable', way: 'vouch', subject: 'alice' });
      expect(JSON.stringify(stack.audit.at(-1)?.detail)).toContain(why);
      expect(stack.lines.slice(before).join('\n')).not.toContain('no, alice of');
      // The same proof is good when the key is there again.
      expect(await stack.exchange('files', stack.token())).toMatchObject({ status: 200 });
    },
    15_000,
  );

  test('a key that is not there is out of reach too', async () => {
    const { embeddedAws } = stack.rim('issuer');
    const other = `${key.slice(0, -4)}0000`;
    const refused = { code: 'signer_unavailable', detail: { why: 'NotFoundException' } };
    await expect(kmsSigner(other, embeddedAws).sign('a')).rejects.toMatchObject(refused);
    await expect(kmsPublicKey(other, embeddedAws)).rejects.toMatchObject(refused);
  });
});
