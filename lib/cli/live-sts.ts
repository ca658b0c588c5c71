// What AWS STS says to whoever the AWS configuration signs in.

import {
  DecodeAuthorizationMessageCommand,
  GetAccessKeyInfoCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { accountOfKey } from '../access-key.ts';
import type { KeptCredentials } from './kept-credentials.ts';

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
}

/** With the credentials, the Region and the endpoint of the AWS configuration. */
export function liveSts(): LiveSts {
  const client = new STSClient({ maxAttempts: 3 });
  return {
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
