// What the suite is pointed at: the account that `npm start` embeds, or with DAYPASS_CONFORMANCE_AWS=1 a real one, by
// the credentials and the Region that the environment has for any AWS client.

import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { close, listen, loopback } from '../../../lib/local/listen.ts';
import { npmStart } from '../npm-start.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What one real account does not have by itself. */
export type Need =
  | 'a second account'
  | 'an organisation'
  | 'an identity provider'
  | 'an account to switch on'
  | 'an address of ours'
  | 'a Region that is off'
  | 'an encoded message';

export interface Target {
  readonly isAws: boolean;
  readonly account: string;
  /** Another account of the same organisation. */
  readonly otherAccount: string;
  readonly region: string;
  /** Before every name that is made, so that nothing of the account's own is met. */
  readonly prefix: string;
  lacks(need: Need): boolean;
  /** Where an SDK is to send requests; `undefined` for where it would anyway. */
  endpoint(): string | undefined;
  /** Where a request without an SDK goes. */
  addressOf(service: string): string;
  /** Whoever may do everything. `undefined` leaves it to the SDK to find out. */
  administrator(): Keys | undefined;
  /** Comes to what holds at once at the embedded account, and after a while at AWS, whose IAM is eventually consistent. */
  settled<T>(attempt: () => Promise<T>): Promise<T>;
  start(issuer: Server): Promise<void>;
  stop(): Promise<void>;
}

/** The issuer of the suite's own web identities. */
export const issuerUrl = 'https://login.acme.example';

export const theTarget = async (): Promise<Target> =>
  process.env.DAYPASS_CONFORMANCE_AWS === '1' ? aRealAccount() : theEmbeddedAccount();

function theEmbeddedAccount(): Target {
  let aws = '';
  let administrator: Keys | undefined;
  let stop = async () => {};
  const started = () => {
    if (aws === '') throw new Error('npm start has not been started yet.');
    return aws;
  };
  return {
    isAws: false,
    account: '111122223333',
    otherAccount: '444455556666',
    region: 'us-east-1',
    prefix: 'sts-',
    lacks: () => false,
    endpoint: started,
    addressOf: started,
    administrator: () => administrator,
    settled: (attempt) => attempt(),
    async start(issuer) {
      await listen(issuer, 0);
      const { port } = issuer.address() as AddressInfo;
      stop = () => close(issuer);
      const daypass = await npmStart({
        args: ['--issuer', `${issuerUrl}=http://${loopback}:${port}`],
        environment: { DAYPASS_CONFIG: fileURLToPath(new URL('daypass.yaml', import.meta.url)) },
      });
      stop = async () => {
        await daypass.stop();
        await close(issuer);
      };
      const printed = /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/.exec(daypass.said());
      const [, accessKeyId, secretAccessKey] = printed ?? [];
      if (accessKeyId === undefined || secretAccessKey === undefined) {
        throw new Error(`npm start printed no keys:\n${daypass.said()}`);
      }
      administrator = { accessKeyId, secretAccessKey };
      aws = daypass.aws;
    },
    stop: () => stop(),
  };
}

/** IAM says that it may take a while, and not how long. */
const settlesWithinMilliseconds = 60_000;
const pauseMilliseconds = 3_000;

async function aRealAccount(): Promise<Target> {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const { Account = '' } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}));
  return {
    isAws: true,
    account: Account,
    otherAccount: '',
    region,
    prefix: `daypass-${randomBytes(4).toString('hex')}-`,
    lacks: () => true,
    endpoint: () => undefined,
    addressOf: (service) => `https://${service}.${region}.amazonaws.com`,
    administrator: () => undefined,
    async settled(attempt) {
      const until = Date.now() + settlesWithinMilliseconds;
      for (;;) {
        try {
          return await attempt();
        } catch (error) {
          if (Date.now() > until) throw error;
          await sleep(pauseMilliseconds);
        }
      }
    },
    start: async () => {},
    stop: async () => {},
  };
}
