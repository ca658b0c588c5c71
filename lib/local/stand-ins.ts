// The local network: some https addresses are answered by a server on this machine. Everything that is verified
// stays as configured, the issuer above all; only the place where bytes come from is another.

import { request as httpRequest } from 'node:http';
import { exchangeOver } from '../network/https-network.ts';
import type { Network, NetworkAnswer, NetworkRequest } from '../network/network.ts';

/** From an https address, such as an issuer, to `http://127.0.0.1:{port}`. */
export type StandIns = ReadonlyMap<string, string>;

/** Addresses that begin with a stand-in's are sent to it; its answers speak of the true address again. */
export function standInNetwork(standIns: StandIns, otherwise: Network): Network {
  return {
    async send(request) {
      const found = [...standIns].find(([address]) => isWithin(request.url, address));
      if (!found) return otherwise.send(request);
      const [address, local] = found;
      const answer = await sendTo(local + request.url.slice(withoutSlash(address).length), request);
      return { ...answer, body: answer.body.replace(wholeAddress(local), () => withoutSlash(address)) };
    },
  };
}

/** `http://127.0.0.1:900` is not the beginning of `http://127.0.0.1:9000`. */
const wholeAddress = (local: string) => new RegExp(`${local.replace(/[.[\]]/g, '\\$&')}(?!\\d)`, 'g');
const withoutSlash = (address: string) => address.replace(/\/$/, '');
const isWithin = (url: string, address: string) => url === address || url.startsWith(`${withoutSlash(address)}/`);

/** Says to the embedded AWS what host a request was for: a signature holds for that one. */
export const meantHostHeader = 'x-forwarded-host';

/** Whatever the host, the request goes to the embedded AWS: for STS, whose endpoints differ by Region only. */
export function allTo(local: string): Network {
  return {
    send: (request) => {
      const { host, pathname, search } = new URL(request.url);
      const headers = { ...request.headers, [meantHostHeader]: host };
      return sendTo(`${local}${pathname}${search}`, { ...request, headers });
    },
  };
}

/** Over plain http, to an address of this machine. */
function sendTo(url: string, request: NetworkRequest): Promise<NetworkAnswer> {
  const { method, headers = {}, body = '' } = request;
  const open = () => httpRequest(url, { method, headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
  return exchangeOver(open, request);
}

const form = /^(https:\/\/[^=\s]+)=(http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d+)\/?$/;

/** Reads `https://issuer=http://127.0.0.1:9000`; throws an `Error` that says what is allowed. */
export function parseStandIn(text: string, issuers: readonly string[]): readonly [issuer: string, local: string] {
  const [, issuer, local] = form.exec(text) ?? [];
  if (issuer === undefined || local === undefined || !URL.canParse(local)) {
    throw new Error(
      `--issuer ${text}: write https://the.configured.issuer=http://127.0.0.1:9000, an address on this machine.`,
    );
  }
  if (!issuers.includes(issuer)) {
    throw new Error(`--issuer ${text}: the configured issuers are ${issuers.join(', ') || 'none'}.`);
  }
  return [issuer, local];
}
