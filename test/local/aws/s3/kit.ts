// S3 of the embedded AWS, asked by requests that are signed by hand.

import type { AccessKey } from '../../../../lib/local/aws/iam/iam.ts';
import { addUser, anEmbeddedAws, type EmbeddedAwsForTests, type UserSettings } from '../../../kit/embedded-aws.ts';
import { type Answered, overHttp } from '../../../kit/loopback.ts';
import { type PresigningSettings, presignedRequest, type SigningKeys, signedRequest } from '../../../kit/signer.ts';
import { anotherAccount } from '../../../kit/sts.ts';

export interface S3Request {
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: SigningKeys;
}

export interface S3Answer extends Answered {
  /** The text of every element of this name. */
  all(name: string): readonly string[];
  /** The code of an error. */
  readonly code: string | undefined;
}

export interface S3ForTests extends EmbeddedAwsForTests {
  /** As the administrator, unless told otherwise; the path with its query, both as they are written. */
  ask(method: string, path: string, request?: S3Request): Promise<S3Answer>;
  presigned(path: string, settings?: PresigningSettings & { readonly as?: SigningKeys }): Promise<S3Answer>;
  user(settings: UserSettings): AccessKey;
}

export const allow = (actions: string | readonly string[], resources: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
});

export async function anS3(): Promise<S3ForTests> {
  const aws = await anEmbeddedAws({ otherAccounts: [anotherAccount] });
  const { host } = new URL(aws.address);
  return {
    ...aws,
    async ask(method, path, { body = '', headers = {}, as = aws.administrator } = {}) {
      const signed = signedRequest(as, host, { service: 's3', method, path, body, headers });
      return s3Answer(await overHttp(aws.address, signed));
    },
    async presigned(path, { as = aws.administrator, ...settings } = {}) {
      return s3Answer(await overHttp(aws.address, presignedRequest(as, host, { service: 's3', path, ...settings })));
    },
    user: (settings) => addUser(aws, settings).keys,
  };
}

function s3Answer(answered: Answered): S3Answer {
  const all = (name: string) =>
    [...answered.body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) => text);
  return { ...answered, all, code: all('Code')[0] };
}
