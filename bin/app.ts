// The CDK app: npm run synth, npm run deploy.

import { defaultConfigurationFile, readConfigurationFile } from '../lib/config/read-config-file.ts';
import { cdkEnvironment, localEnvironment } from '../lib/environment.ts';
import { daypassApp } from '../lib/infra/daypass-app.ts';
import { messageOf } from '../lib/message-of.ts';

try {
  const file = localEnvironment().configurationFile ?? defaultConfigurationFile;
  daypassApp({ configuration: await readConfigurationFile(file), env: cdkEnvironment() }).synth();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
