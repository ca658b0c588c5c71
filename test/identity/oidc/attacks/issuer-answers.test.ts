import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { httpsNetwork } from '../../../../lib/network/https-network.ts';
import { NetworkError, type NetworkRequest } from '../../../../lib/network/network.ts';
import { anIssuer, base64url } from '../../../kit/issuer.ts';
import { aNetwork } from '../../../kit/network.ts';
import { aProvider, later, now, providersOf, times, type Verdict, verdictOn } from '../../kit.ts';

const issuer = anIssuer();
const discoveryUrl = `${issuer.issuer}/.well-known/openid-configuration`;
const keysUrl = `${issuer.issuer}/keys`;
const discovery = { issuer: issuer.issuer, jwks_uri: keysUrl };
const keySet = { keys: [issuer.publicJwk] };
const answering = (status: number, body: unknown) => () => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const verdictGiven = (answers: Parameters<typeof issuer.network>[0]) =>
  verdictOn(issuer.token(), providersOf(aProvider(issuer, { network: issuer.network(answers) })));

describe('case 25: a key set that cannot be trusted', () => {
  test.each<[name: string, keys: unknown, verdict: Verdict]>([
    ['a redirect with a good body', answering(302, keySet), 'keys_unreachable'],
    ['a permanent redirect', answering(308, keySet), 'keys_unreachable'],
    ['201 and a good body', answering(201, keySet), 'keys_unreachable'],
    ['204', answering(204, ''), 'keys_unreachable'],
    ['304', answering(304, ''), 'keys_unreachable'],
    ['404', answering(404, keySet), 'keys_unreachable'],
    ['429', answering(429, ''), 'keys_unreachable'],
    ['500', answering(500, keySet), 'keys_unreachable'],
    ['503', answering(503, ''), 'keys_unreachable'],
    ['nothing', '', 'keys_unreachable'],
    ['HTML', '<html></html>', 'keys_unreachable'],
    ['half of it', JSON.stringify(keySet).slice(0, -20), 'keys_unreachable'],
    ['a byte order mark', `\ufeff${JSON.stringify(keySet)}`, 'keys_unreachable'],
    ['bytes behind it', `${JSON.stringify(keySet)}x`, 'keys_unreachable'],
    ['a list', [issuer.publicJwk], 'keys_unreachable'],
    ['one key', issuer.publicJwk, 'keys_unreachable'],
    ['no keys', {}, 'keys_unreachable'],
    ['keys that are no list', { keys: { 0: issuer.publicJwk } }, 'keys_unreachable'],
    ['keys twice', `{"keys":[],"keys":${JSON.stringify(keySet.keys)}}`, 'keys_unreachable'],
    ['a member of a key twice', JSON.stringify(keySet).replace('"kty"', '"kid":"key-2","kty"'), 'keys_unreachable'],
    ['deep JSON', `{"keys":${'['.repeat(50_000)}`, 'keys_unreachable'],
    ['201 keys', { keys: times(201, (index) => ({ ...issuer.publicJwk, kid: `key-${index}` })) }, 'keys_unreachable'],
    ['an empty list', { keys: [] }, 'key_unknown'],
    ['keys that are no keys', { keys: [null, 1, 'key', [], {}] }, 'key_unknown'],
  ])('%s is refused', async (_name, keys, verdict) => {
    expect(await verdictGiven({ keys })).toBe(verdict);
  });

  test('200 keys are taken', async () => {
    const keys = times(200, (index) => ({ ...issuer.publicJwk, kid: `key-${index}` }));
    expect(await verdictGiven({ keys: { keys } })).toBe('accepted');
  });

  test('every request has a limit of time and of size, which the network keeps', async () => {
    const limits: NetworkRequest[] = [];
    const noted = (body: unknown) => (request: NetworkRequest) => {
      limits.push(request);
      return { status: 200, body: JSON.stringify(body) };
    };
    expect(await verdictGiven({ discovery: noted(discovery), keys: noted(keySet) })).toBe('accepted');
    expect(limits).toHaveLength(2);
    for (const { method, timeoutMilliseconds, longestAnswerBytes } of limits) {
      expect(method).toBe('GET');
      expect(timeoutMilliseconds).toBeLessThanOrEqual(3000);
      expect(longestAnswerBytes).toBeLessThanOrEqual(256 * 1024);
    }
  });

  test.each(['answered more than 262144 bytes', 'did not answer within 2500 ms'])(
    'when it %s, there are no keys',
    async (reason) => {
      const keys = () => {
        throw new NetworkError(`login.acme.example ${reason}`);
      };
      expect(await verdictGiven({ keys })).toBe('keys_unreachable');
    },
  );

  describe('that changes', () => {
    const second = anIssuer({ keyId: 'key-2' });
    const sameId = anIssuer();
    const changing = () => {
      let keys: readonly unknown[] = [issuer.publicJwk];
      const network = issuer.network({ keys: () => ({ status: 200, body: JSON.stringify({ keys }) }) });
      const providers = providersOf(aProvider(issuer, { network }));
      const at = (seconds: number, signer = issuer) =>
        verdictOn(signer.token({ iat: now + seconds, exp: now + seconds + 300 }), providers, later(seconds));
      return { at, publish: (...published: readonly unknown[]) => (keys = published) };
    };

    test('a key that is taken out lives no longer than ten minutes', async () => {
      const { at, publish } = changing();
      expect(await at(0)).toBe('accepted');
      publish(second.publicJwk);
      expect(await at(599)).toBe('accepted');
      expect(await at(600)).toBe('key_unknown');
      expect(await at(600, second)).toBe('accepted');
    });

    test('a key that is taken out dies at once when a new one is asked for', async () => {
      const { at, publish } = changing();
      expect(await at(0)).toBe('accepted');
      publish(second.publicJwk);
      expect(await at(20, second)).toBe('accepted');
      expect(await at(20)).toBe('key_unknown');
    });

    test('a new key is found as soon as a token names it', async () => {
      const { at, publish } = changing();
      expect(await at(0)).toBe('accepted');
      publish(issuer.publicJwk, second.publicJwk);
      expect(await at(20, second)).toBe('accepted');
      expect(await at(20)).toBe('accepted');
    });

    test('another key under the same id takes its place', async () => {
      const { at, publish } = changing();
      expect(await at(0)).toBe('accepted');
      expect(await at(0, sameId)).toBe('signature_invalid');
      publish(sameId.publicJwk);
      expect(await at(600)).toBe('signature_invalid');
      expect(await at(600, sameId)).toBe('accepted');
    });
  });

  describe('100,000 junk tokens', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const heap = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const junk = (index: number) => {
      const header = { alg: 'ES256', kid: index % 3 === 0 ? issuer.keyId : `kid-${index}` };
      const iss = index % 2 === 0 ? issuer.issuer : `https://junk-${index}.example`;
      const payload = { iss, sub: `${index}`, aud: 'web', iat: now, exp: now + 300 };
      return `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}.${base64url(Buffer.alloc(64, index))}`;
    };

    test('of random issuers and key ids leave no memory behind and cause two requests', async () => {
      const network = issuer.network();
      const providers = providersOf(aProvider(issuer, { network }));
      const submit = async (from: number, to: number) => {
        for (let index = from; index < to; index++) {
          // Only some carry a known key id, for each of those costs a check of a signature.
          const token = junk(index % 30 === 0 ? index : index * 3 + 1);
          if ((await verdictOn(token, providers)) === 'accepted') throw new Error('accepted junk');
        }
      };
      await submit(0, 5000);
      const before = heap();
      await submit(5000, 100_000);
      expect((heap() - before) / 2 ** 20).toBeLessThan(5);
      expect(network.requests).toEqual([discoveryUrl, keysUrl]);
    });
  });
});

describe('case 26: a discovery document that leads elsewhere', () => {
  test.each<[name: string, issuer: unknown]>([
    ['missing', undefined],
    ['null', null],
    ['another', 'https://attacker.example'],
    ['with a slash', `${issuer.issuer}/`],
    ['in capitals', issuer.issuer.toUpperCase()],
    ['a list', [issuer.issuer]],
    ['a pattern', 'https://login.acme.example/{tenantid}'],
  ])('an issuer that is %s is refused', async (_name, named) => {
    expect(await verdictGiven({ discovery: { issuer: named, jwks_uri: keysUrl } })).toBe('keys_unreachable');
  });

  test.each<[name: string, uri: unknown]>([
    ['missing', undefined],
    ['null', null],
    ['empty', ''],
    ['a list', [keysUrl]],
    ['relative', '/keys'],
    ['without a scheme', '//login.acme.example/keys'],
    ['http', 'http://login.acme.example/keys'],
    ['a file', 'file:///etc/passwd'],
    ['data', `data:application/json,${JSON.stringify(keySet)}`],
    ['a script', 'javascript:alert(1)'],
    ['ftp', 'ftp://login.acme.example/keys'],
    ['with a password', 'https://user:password@login.acme.example/keys'],
    ['with a user', 'https://user@login.acme.example/keys'],
  ])('a jwks_uri that is %s is not fetched', async (_name, uri) => {
    const asked: string[] = [];
    const network = {
      send: async ({ url }: NetworkRequest) => {
        asked.push(url);
        return { status: 200, body: JSON.stringify(url === discoveryUrl ? { ...discovery, jwks_uri: uri } : keySet) };
      },
    };
    expect(await verdictOn(issuer.token(), providersOf(aProvider(issuer, { network })))).toBe('keys_unreachable');
    expect(asked).toEqual([discoveryUrl]);
  });

  test.each<[name: string, discovery: unknown]>([
    ['a redirect', answering(301, discovery)],
    ['404', answering(404, discovery)],
    ['500', answering(500, discovery)],
    ['HTML', '<html></html>'],
    ['a list', [discovery]],
    ['issuer twice', `{"issuer":"https://attacker.example",${JSON.stringify(discovery).slice(1)}`],
    ['jwks_uri twice', `{"jwks_uri":"https://attacker.example/keys",${JSON.stringify(discovery).slice(1)}`],
  ])('%s is refused', async (_name, given) => {
    expect(await verdictGiven({ discovery: given })).toBe('keys_unreachable');
  });

  // The real network, which must refuse before it connects; the document itself comes from the kit's.
  test.each([
    'https://127.0.0.1/keys',
    'https://127.1/keys',
    'https://2130706433/keys',
    'https://0x7f.1/keys',
    'https://0x7f000001/keys',
    'https://0177.0.0.1/keys',
    'https://017700000001/keys',
    'https://127.0.0.1./keys',
    'https://１２７.0.0.1/keys',
    'https://0/keys',
    'https://0.0.0.0/keys',
    'https://10.0.0.1/keys',
    'https://172.16.0.1/keys',
    'https://192.168.1.1/keys',
    'https://169.254.169.254/latest/meta-data/',
    'https://2852039166/latest/meta-data/',
    'https://[::1]/keys',
    'https://[::]/keys',
    'https://[0:0:0:0:0:0:0:1]/keys',
    'https://[::ffff:127.0.0.1]/keys',
    'https://[::ffff:7f00:1]/keys',
    'https://[::ffff:169.254.169.254]/keys',
    'https://[64:ff9b::7f00:1]/keys',
    'https://[fd00:ec2::254]/latest/meta-data/',
    'https://[fe80::1]/keys',
    'https://localhost/keys',
    'https://LOCALHOST/keys',
  ])('a jwks_uri of %s is not reached', async (uri) => {
    const outside = httpsNetwork({ privateAddresses: 'refused' });
    const inside = aNetwork({ [discoveryUrl]: { ...discovery, jwks_uri: uri } });
    const failures: unknown[] = [];
    const network = {
      send: async (request: NetworkRequest) => {
        if (request.url === discoveryUrl) return inside.send(request);
        return outside.send(request).catch((error) => {
          failures.push(error);
          throw error;
        });
      },
    };
    expect(await verdictOn(issuer.token(), providersOf(aProvider(issuer, { network })))).toBe('keys_unreachable');
    const [failure] = failures;
    expect(failure).toBeInstanceOf(NetworkError);
    const { message, cause } = failure as NetworkError;
    expect(`${message} ${cause}`).toMatch(/private address/);
  });
});
