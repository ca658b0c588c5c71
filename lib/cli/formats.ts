// Credentials as shells, tools and files take them.

import { processOutput } from '../issue/process-output.ts';
import { UsageError } from './command.ts';
import type { KeptCredentials } from './kept-credentials.ts';

export const formats = ['env', 'json', 'process', 'ini'] as const;
export type Format = (typeof formats)[number];

export function formatNamed(name: string): Format {
  const found = formats.find((each) => each === name);
  if (!found) throw new UsageError(`--format ${name}: one of ${formats.join(', ')}.`);
  return found;
}

/** As environment variables of AWS's SDKs. */
export const asEnvironment = ({ accessKeyId, secretAccessKey, sessionToken }: KeptCredentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});

export const withoutMilliseconds = (time: string) => time.replace(/\.\d+Z$/, 'Z');

export function formatted(credentials: KeptCredentials, format: Format, section: string): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  switch (format) {
    case 'env':
      return Object.entries(asEnvironment(credentials))
        .map(([name, value]) => `export ${name}=${value}\n`)
        .join('');
    case 'json':
      return `${JSON.stringify(credentials, null, 2)}\n`;
    case 'process':
      return `${processOutput({ ...credentials, expiration: withoutMilliseconds(expiration) })}\n`;
    case 'ini':
      return `[${section}]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = ${secretAccessKey}
aws_session_token = ${sessionToken}
`;
  }
}
