// Tests talk to this machine only: a connection elsewhere is a mistake in a test, so it fails loudly.
import { Socket } from 'node:net';

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);
const connect = Socket.prototype.connect;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
  // Node normalises the arguments into one array before it comes here.
  const [first] = args.flat() as [unknown];
  const target = first as { host?: string; path?: string };
  if (target.path === undefined && target.host !== undefined && !loopback.has(target.host)) {
    throw new Error(`A test tried to reach ${target.host}; only loopback is allowed.`);
  }
  return Reflect.apply(connect, this, args);
} as typeof connect;
