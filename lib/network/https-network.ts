import type { ClientRequest, IncomingMessage } from 'node:http';
import { isIP, type LookupFunction } from 'node:net';
import { type Network, type NetworkAnswer, NetworkError, type NetworkRequest } from './network.ts';
import { isPrivateAddress } from './private-addresses.ts';

export interface HttpsNetworkOptions {
  /**
   * `refused` for addresses that a configuration or an answer names: what a name resolves to is checked on the
   * very connection that is made, so a name cannot change its mind in between (DNS rebinding, SSRF).
   * `allowed` for AWS endpoints, which a VPC endpoint makes private.
   */
  readonly privateAddresses: 'refused' | 'allowed';
}

export function httpsNetwork({ privateAddresses }: HttpsNetworkOptions): Network {
  const publicOnly = privateAddresses === 'refused';
  // Half of what a door costs to load, so it is loaded by doors that reach out and by nobody else.
  const { Agent, request: httpsRequest } = process.getBuiltinModule('node:https');
  const agent = new Agent({ keepAlive: true, maxSockets: 32, ...(publicOnly && { lookup: publicLookup }) });
  return {
    send: async (sent) => {
      const url = new URL(sent.url);
      if (url.protocol !== 'https:') throw new NetworkError(`${url.host} is not reached over https`);
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (publicOnly && isIP(literal) && isPrivateAddress(literal)) {
        throw new NetworkError(`${url.host} is a private address`);
      }
      const { method, headers = {}, body = '' } = sent;
      const open = () =>
        httpsRequest(url, { agent, method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
      return exchangeOver(open, sent);
    },
  };
}

/** Sends the request and reads the answer within its limits; the local stack uses it over plain http. */
export async function exchangeOver(open: () => ClientRequest, sent: NetworkRequest): Promise<NetworkAnswer> {
  try {
    return await attempt(open(), sent);
  } catch (error) {
    // A connection kept from before a function was frozen may be gone by now; a new one tells the truth.
    if (error instanceof StaleConnection) return attempt(open(), sent);
    throw error;
  }
}

class StaleConnection extends NetworkError {}

function attempt(request: ClientRequest, sent: NetworkRequest): Promise<NetworkAnswer> {
  const { url, body = '', timeoutMilliseconds, longestAnswerBytes } = sent;
  return new Promise((resolve, reject) => {
    let answered = false;
    const fail = (reason: string, cause?: unknown) => {
      const Failure = request.reusedSocket && !answered ? StaleConnection : NetworkError;
      reject(new Failure(`${new URL(url).host} ${reason}`, { cause }));
      request.destroy();
    };
    const timer = setTimeout(() => {
      answered = true;
      fail(`did not answer within ${timeoutMilliseconds} ms`);
    }, timeoutMilliseconds);
    request.on('error', (error) => fail('could not be reached', error));
    // Whoever answers with 101 or hangs up without a word has not answered; a settled promise does not mind.
    request.on('upgrade', () => fail('tried to switch protocols'));
    request.on('close', () => {
      clearTimeout(timer);
      fail('closed the connection');
    });
    request.on('response', (response) => {
      answered = true;
      readBody(response, longestAnswerBytes, resolve, fail);
    });
    request.end(body);
  });
}

// A byte order mark is kept, so that whoever reads the body refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readBody(
  response: IncomingMessage,
  longest: number,
  resolve: (answer: NetworkAnswer) => void,
  fail: (reason: string, cause?: unknown) => void,
) {
  const chunks: Buffer[] = [];
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > longest) fail(`answered more than ${longest} bytes`);
    else chunks.push(chunk);
  });
  response.on('error', (error) => fail('broke off its answer', error));
  response.on('end', () => {
    try {
      resolve({ status: response.statusCode ?? 0, body: utf8.decode(Buffer.concat(chunks)) });
    } catch (error) {
      fail('did not answer in UTF-8', error);
    }
  });
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  const { lookup: dnsLookup } = process.getBuiltinModule('node:dns');
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    if (inside) return callback(new Error(`${hostname} resolves to a private address`), []);
    const [first] = addresses;
    if (options.all || first === undefined) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
