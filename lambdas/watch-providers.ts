// On a schedule, not a door: whether the identity providers can be reached, and when what they sign with ends.

import { lineOf } from '../lib/audit/line.ts';
import type { Rim } from '../lib/door.ts';
import { providerStates } from '../lib/provider-watch/provider-state.ts';
import { measuredState, stateRecord } from '../lib/provider-watch/state-record.ts';
import { configurationWithin } from './configuration.ts';
import { whenDeployed } from './rim.ts';

/** What is wrong with a provider stands in the lines and their numbers. Rejects for what is wrong with us. */
export const open = (rim: Rim): (() => Promise<void>) => {
  const { oidc, saml, serviceProvider } = configurationWithin(rim);
  const isRefreshed = saml.some(({ refreshedFrom }) => refreshedFrom !== undefined);
  return async () => {
    const now = rim.clock();
    const store = isRefreshed ? (await import('#store')).storeWithin(rim) : undefined;
    const states = await providerStates({ oidc, saml, serviceProvider }, { network: rim.documents, store, now });
    for (const state of states) {
      rim.writeLine(lineOf({ ...stateRecord(state, now), ...(rim.metered && measuredState(state, now)) }));
    }
  };
};

export const handler = whenDeployed(open);
