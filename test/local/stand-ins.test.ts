import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { allTo, parseStandIn, standInNetwork } from '../../lib/local/stand-ins.ts';
import { NetworkError, type NetworkRequest } from '../../lib/network/network.ts';
import { signedParts } from '../kit/aws-proof.ts';
import { addUser, anEmbeddedAws } from '../kit/embedded-aws.ts';
import { serving } from '../kit/loopback.ts';
import { aNetwork } from '../kit/network.ts';

const issuer = 'https://login.acme.example';

const get = (url: string, more: Partial<NetworkRequest> = {}): NetworkRequest => ({
  method: 'GET',
  url,
  timeoutMilliseconds: 2000,
  longestAnswerBytes: 10_000,
  ...more,
});

/** A server that answers what it was asked, and where it is itself. */
async function anEcho(): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      const self = `http://${request.headers.host}`;
      response.writeHead(request.url?.includes('missing') ? 404 : 200);
      response.end(
        JSON.stringify({
          method: request.method,
          url: request.url,
          body,
          type: request.headers['content-type'],
          self: `${self}/keys`,
        }),
      );
    });
  });
  return serving(server);
}

describe('stand-ins', () => {
  const standing = async (address = issuer) => {
    const otherwise = aNetwork({});
    const network = standInNetwork(new Map([[address, await anEcho()]]), otherwise);
    return { network, otherwise };
  };

  test.each([['/.well-known/openid-configuration'], ['/keys?x=1&y=2'], ['/'], ['/a/b']])(
    'what is asked at the issuer’s %s is asked of the stand-in',
    async (path) => {
      const { network, otherwise } = await standing();
      const { status, body } = await network.send(get(issuer + path));
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ method: 'GET', url: path });
      expect(otherwise.requests).toEqual([]);
    },
  );

  test('the issuer’s own address is its stand-in’s', async () => {
    const { network } = await standing();
    expect(JSON.parse((await network.send(get(issuer))).body)).toMatchObject({ url: '/' });
  });

  test('an issuer with a path or a slash stands at that path', async () => {
    const { network, otherwise } = await standing(`${issuer}/tenant/`);
    expect(JSON.parse((await network.send(get(`${issuer}/tenant/keys`))).body)).toMatchObject({ url: '/keys' });
    await expect(network.send(get(`${issuer}/other/keys`))).rejects.toThrow(NetworkError);
    await expect(network.send(get(`${issuer}/tenants`))).rejects.toThrow(NetworkError);
    expect(otherwise.requests).toHaveLength(2);
  });

  test.each([
    'https://login.acme.example.evil.test/keys',
    'https://login.acme.example:8443/keys',
    'https://login.acme.example@evil.test/keys',
    'https://login.acme.exampleevil/keys',
    'https://login.acme.example?x=/keys',
    'http://login.acme.example/keys',
    'https://evil.test/https://login.acme.example/keys',
    'https://evil.test/?u=https://login.acme.example/',
  ])('%s only looks like the issuer', async (url) => {
    const { network, otherwise } = await standing();
    await expect(network.send(get(url))).rejects.toThrow(NetworkError);
    expect(otherwise.requests).toEqual([url]);
  });

  test('the answer speaks of the issuer’s address, not of the stand-in’s', async () => {
    const { network } = await standing();
    const { body } = await network.send(get(`${issuer}/x`));
    expect(JSON.parse(body)).toMatchObject({ self: `${issuer}/keys` });
    expect(body).not.toContain('127.0.0.1');
  });

  test('method, headers, body and status go through', async () => {
    const { network } = await standing();
    const { status, body } = await network.send(
      get(`${issuer}/missing`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'é' }),
    );
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ method: 'POST', body: 'é', type: 'text/plain' });
  });

  test('a stand-in that does not answer is a network error like any other', async () => {
    const network = standInNetwork(new Map([[issuer, 'http://127.0.0.1:1']]), aNetwork({}));
    await expect(network.send(get(`${issuer}/keys`))).rejects.toThrow(NetworkError);
  });

  test('its limits are the request’s', async () => {
    const { network } = await standing();
    await expect(network.send(get(`${issuer}/keys`, { longestAnswerBytes: 5 }))).rejects.toThrow(
      'answered more than 5 bytes',
    );
  });
});

describe('all to one', () => {
  test('every host is the embedded AWS, path and query kept', async () => {
    const network = allTo(await anEcho());
    for (const host of ['sts.us-east-1.amazonaws.com', 'sts.eu-west-1.amazonaws.com']) {
      const { body } = await network.send(get(`https://${host}/a?b=c`, { method: 'POST', body: 'Action=X' }));
      expect(JSON.parse(body)).toMatchObject({ method: 'POST', url: '/a?b=c', body: 'Action=X' });
    }
  });

  test('which host was meant is told, for a signature holds for that one', async () => {
    const aws = await anEmbeddedAws();
    const { keys } = addUser(aws);
    const ask = async (host: string) => {
      const { url } = await signedParts({ keys, host, headers: {} });
      return (await allTo(aws.address).send(get(url.replace(host, 'sts.eu-central-1.amazonaws.com')))).status;
    };
    expect(await ask('sts.eu-central-1.amazonaws.com')).toBe(200);
    expect(await ask('sts.eu-west-1.amazonaws.com')).toBe(403);
  });
});

describe('--issuer', () => {
  const issuers = [issuer, 'https://ci.example/tenant/'];

  test.each([
    [`${issuer}=http://127.0.0.1:9000`, issuer, 'http://127.0.0.1:9000'],
    [`${issuer}=http://127.0.0.1:9000/`, issuer, 'http://127.0.0.1:9000'],
    [`${issuer}=http://localhost:9000`, issuer, 'http://localhost:9000'],
    [`${issuer}=http://[::1]:9000`, issuer, 'http://[::1]:9000'],
    ['https://ci.example/tenant/=http://127.0.0.1:9000', 'https://ci.example/tenant/', 'http://127.0.0.1:9000'],
  ])('%s is read', (text, expected, local) => {
    expect(parseStandIn(text, issuers)).toEqual([expected, local]);
  });

  test.each([
    '',
    issuer,
    `${issuer}=`,
    `${issuer}=http://192.168.0.1:9000`,
    `${issuer}=http://evil.test:9000`,
    `${issuer}=http://127.0.0.1.evil.test:9000`,
    `${issuer}=http://127.0.0.1@evil.test:9000`,
    `${issuer}=http://127.0.0.1:9000@evil.test`,
    `${issuer}=http://localhost.evil.test:9000`,
    `${issuer}=http://127.0.0.1`,
    `${issuer}=http://127.0.0.1:9000/path`,
    `${issuer}=https://127.0.0.1:9000`,
    `${issuer}=http://127.0.0.1:99999`,
    'http://login.acme.example=http://127.0.0.1:9000',
  ])('"%s" is refused with what to write', (text) => {
    expect(() => parseStandIn(text, issuers)).toThrow(
      new Error(
        `--issuer ${text}: write https://the.configured.issuer=http://127.0.0.1:9000, an address on this machine.`,
      ),
    );
  });

  test.each([`${issuer}/`, 'https://other.example', 'https://login.acme.example.evil.test'])(
    'the unknown issuer %s is refused with the known ones',
    (unknown) => {
      expect(() => parseStandIn(`${unknown}=http://127.0.0.1:9000`, issuers)).toThrow(
        `the configured issuers are ${issuers.join(', ')}.`,
      );
    },
  );

  test('where none is configured it says none', () => {
    expect(() => parseStandIn(`${issuer}=http://127.0.0.1:9000`, [])).toThrow('the configured issuers are none.');
  });
});
