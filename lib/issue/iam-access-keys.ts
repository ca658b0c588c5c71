import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  IAMClient,
  type IAMClientConfig,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import type { AccessKeys } from './rotate-access-key.ts';

/** Methods reject with the SDK's errors. */
export function iamAccessKeys(
  userName: string,
  client: Pick<IAMClientConfig, 'region' | 'endpoint' | 'credentials'>,
): AccessKeys {
  const iam = new IAMClient({ ...client, maxAttempts: 3 });
  return {
    async list() {
      const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand({ UserName: userName }));
      return keys.flatMap(({ AccessKeyId: id }) => id ?? []);
    },
    async create() {
      const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: userName }));
      if (!key?.AccessKeyId || !key.SecretAccessKey) throw new Error('IAM answered without an access key.');
      return { accessKeyId: key.AccessKeyId, secretAccessKey: key.SecretAccessKey };
    },
    async remove(accessKeyId) {
      await iam.send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId }));
    },
  };
}
