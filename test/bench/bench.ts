// npm run bench: what the hot door, a SAML response and a trust decision cost, and what a door bears, beside a limit and a peer in the same run.
// Absolute figures depend on the machine; the ratios are what to look at.

import { rmSync } from 'node:fs';
import { bundleDoor, carriedConfigurationFile } from '../../lib/infra/bundle-door.ts';
import { benchDecisions } from './decisions.ts';
import { benchExchange } from './exchange.ts';
import { benchLoad } from './load.ts';
import { benchLoadedDoors } from './load-doors.ts';
import { benchSaml } from './saml.ts';
import { benchConfiguration } from './workload.ts';

const folder = bundleDoor('credentials', { [carriedConfigurationFile]: benchConfiguration() });
try {
  benchLoad(folder);
  await benchExchange(folder);
  await benchSaml();
  benchDecisions();
  await benchLoadedDoors(folder);
} finally {
  rmSync(folder, { recursive: true });
}
