// What AWS STS says to whoever the AWS configuration signs in.

import {
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { accountOfKey } from '../access-key.ts';
import { markSigning } from '../environment.ts';
import type { KeptCredentials } from './kept-credentials.ts';
import { signCallerIdentity } from './sign-caller-identity.ts';

export interface SessionWish {
  readonly durationSeconds: number | undefined;
  readonly serialNumber: string | undefined;
  readonly tokenCode: string | undefined;
}

export interface LiveSts {
  /** Resolves to the account. */
  accountOf(accessKeyId: string): Promise<string>;
  /** Resolves to JSON text. */
  decode(message: string): Promise<string>;
  session(wish: SessionWish): Promise<KeptCredentials>;
  /** Resolves to the address of a GetCallerIdentity, signed now with these headers. Nothing is asked. */
  callerIdentityAddress(headers: Readonly<Record<string, string>>, now: Date): Promise<string>;
}

/** With the credentials, the Region and the endpoint of the AWS configuration. */
export function liveSts(): LiveSts {
  const client = new STSClient({ maxAttempts: 3 });
  const { credentials, sha256 } = client.config;
  return {
    async callerIdentityAddress(headers, now) {
      markSigning();
      return signCallerIdentity(headers, { credentials, sha256, region: await client.config.region(), now });
    },
    accountOf: async (accessKeyId) =>
      (await client.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }))).Account ?? '',
    decode: async (message) =>
      (await client.send(new DecodeAuthorizationMessageCommand({ EncodedMessage: message }))).DecodedMessage ?? '',
    session: async ({ durationSeconds, serialNumber, tokenCode }) => {
      const { Credentials: given } = await client.send(
        new GetSessionTokenCommand({
          DurationSeconds: durationSeconds,
          SerialNumber: serialNumber,
          TokenCode: tokenCode,
        }),
      );
      return {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        sessionToken: given?.SessionToken ?? '',
        expiration: given?.Expiration?.toISOString() ?? '',
        accountId: accountOfKey(given?.AccessKeyId ?? '') ?? '',
      };
    },
  };
}
