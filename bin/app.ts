// The CDK app: npm run synth, npm run deploy.

import { defaultConfigurationFile, readConfigurationFile } from '../lib/config/read-config-file.ts';
import { cdkEnvironment, localEnvironment } from '../lib/environment.ts';
import { daypassApp } from '../lib/infra/daypass-app.ts';

try {
  const file = localEnvironment().configurationFile ?? defaultConfigurationFile;
  daypassApp({ configuration: readConfigurationFile(file), env: cdkEnvironment() }).synth();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
