// On a schedule, not a door: the metadata of SAML providers that have an address is fetched again.

import { IAMClient, UpdateSAMLProviderCommand } from '@aws-sdk/client-iam';
import { lineOf } from '../lib/audit/line.ts';
import type { Rim } from '../lib/door.ts';
import { refreshMetadata } from '../lib/identity/saml/metadata/refresh-metadata.ts';
import { configurationWithin } from './configuration.ts';
import { whenDeployed } from './rim.ts';
import { storeWithin } from './store.ts';

/** Rejects when a provider could not be refreshed, so that the function's alarm tells. */
export const open = (rim: Rim): (() => Promise<void>) => {
  const { saml } = configurationWithin(rim);
  const store = storeWithin(rim);
  const { accountId, partition, region } = rim.environment();
  const iam = new IAMClient({ region, ...rim.embeddedAws, maxAttempts: 3 });
  return async () => {
    const now = rim.clock();
    const outcomes = await Promise.all(
      saml.flatMap(({ refreshedFrom, iamProvider, iamProviderName, ...provider }) => {
        if (refreshedFrom === undefined) return [];
        const arn = `arn:${partition}:iam::${accountId}:saml-provider/${iamProviderName}`;
        const tellIam = async (_: string, document: string) => {
          if (iamProvider !== 'create') return;
          await iam.send(new UpdateSAMLProviderCommand({ SAMLProviderArn: arn, SAMLMetadataDocument: document }));
        };
        return [refreshMetadata({ ...provider, refreshedFrom }, { network: rim.documents, store, tellIam, now })];
      }),
    );
    for (const outcome of outcomes) {
      rim.writeLine(lineOf({ event: 'metadata', time: now.toISOString(), ...outcome }));
    }
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ provider }) => provider);
    if (failed.length > 0) throw new Error(`The metadata of ${failed.join(', ')} could not be refreshed.`);
  };
};

export const handler = whenDeployed(open);
