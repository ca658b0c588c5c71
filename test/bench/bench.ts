// npm run bench: what the hot door and a SAML response cost, beside its limit and a peer, measured in the same run.
// Absolute figures depend on the machine; the ratios are what to look at.

import { rmSync } from 'node:fs';
import { bundleDoor, carriedConfigurationFile } from '../../lib/infra/bundle-door.ts';
import { benchExchange } from './exchange.ts';
import { benchLoad } from './load.ts';
import { benchSaml } from './saml.ts';
import { benchConfiguration } from './workload.ts';

const folder = bundleDoor('credentials', { [carriedConfigurationFile]: benchConfiguration() });
try {
  benchLoad(folder);
  await benchExchange(folder);
  await benchSaml();
} finally {
  rmSync(folder, { recursive: true });
}
