// On a schedule, not a door: what is over is forgotten, and the roles are made to say what is still revoked.

import { lineOf } from '../lib/audit/line.ts';
import type { Rim } from '../lib/door.ts';
import { sweep } from '../lib/revoke/revoke.ts';
import { revokeMeansWithin } from './revoke-means.ts';
import { whenDeployed } from './rim.ts';

/** Rejects when a role could not be written, so that the function's alarm tells. */
export const open = (rim: Rim): (() => Promise<void>) => {
  const means = revokeMeansWithin(rim);
  return async () => {
    const now = rim.clock();
    const outcomes = await sweep({ ...means, now });
    for (const { role, outcome, warnings, why } of outcomes) {
      if (outcome === 'unchanged' || outcome === 'elsewhere') continue;
      rim.writeLine(lineOf({ event: 'revocations', time: now.toISOString(), role, outcome, warnings, why }));
    }
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ role }) => role);
    if (failed.length > 0) throw new Error(`The revocations of ${failed.join(', ')} could not be written.`);
  };
};

export const handler = whenDeployed(open);
