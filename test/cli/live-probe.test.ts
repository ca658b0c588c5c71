// Whether a session is denied, asked of the embedded account by the AWS SDK with a profile.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { expect, onTestFinished, test, vi } from 'vitest';
import { liveProbe } from '../../lib/cli/live-probe.ts';
import { anEmbeddedAws } from '../kit/embedded-aws.ts';

test('a statement that denies is told from what nothing allows, with the profile and not with the environment', async () => {
  const { address, administrator } = await anEmbeddedAws({ clock: () => new Date() });
  const folder = mkdtempSync(join(tmpdir(), 'daypass-probe-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const iam = new IAMClient({ endpoint: address, region: 'us-east-1', credentials: administrator });
  await iam.send(new CreateUserCommand({ UserName: 'probed' }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: 'probed' }));
  const config = join(folder, 'config');
  writeFileSync(
    config,
    `[profile mine]\naws_access_key_id = ${key?.AccessKeyId}\naws_secret_access_key = ${key?.SecretAccessKey}\n`,
  );
  vi.stubEnv('AWS_ENDPOINT_URL', address);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', administrator.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', administrator.secretAccessKey);
  vi.stubEnv('AWS_CONFIG_FILE', config);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent');
  const said = vi.spyOn(console, 'warn');

  const write = (Effect: string) =>
    iam.send(
      new PutUserPolicyCommand({
        UserName: 'probed',
        PolicyName: 'one',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect, Action: '*', Resource: '*' }],
        }),
      }),
    );
  const probe = liveProbe('mine');
  expect(await probe.isDenied()).toBe(false);
  await write('Allow');
  expect(await probe.isDenied()).toBe(false);
  await write('Deny');
  expect(await probe.isDenied()).toBe(true);
  expect(said).not.toHaveBeenCalled();
  await expect(liveProbe('nobody').isDenied()).rejects.toThrow();
});
