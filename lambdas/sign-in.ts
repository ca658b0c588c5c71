// GET /sign-in/{provider}: to the identity provider.

import type { CarriedSaml } from '../lib/config/carried.ts';
import { type SignInAsked, type SignInBegun, signIn } from '../lib/dialects/sign-in.ts';
import type { OpenDoor } from '../lib/door.ts';
import { currentProviders } from '../lib/identity/saml/metadata/current-providers.ts';
import { newBrowserSecret, newRequestId } from '../lib/identity/saml/request-id.ts';
import { Refusal } from '../lib/refusal.ts';
import { authnRequestLocation, type Ourselves } from '../lib/sign-in/service-provider.ts';
import { configurationWithin, ourselvesWithin } from './configuration.ts';
import { deployed } from './rim.ts';
import { secretWithin } from './secret.ts';
import { type Recorder, recorderWithin, serve } from './serve.ts';
import { storeWithin } from './store.ts';

interface Means extends Recorder {
  readonly us: Ourselves;
  readonly providers: (now: Date) => Promise<readonly CarriedSaml[]>;
  readonly signingKey: () => Promise<string | undefined>;
}

export const open: OpenDoor = (rim) => {
  const { saml, serviceProvider } = configurationWithin(rim);
  const means: Means = {
    ...recorderWithin(rim),
    us: ourselvesWithin(rim, serviceProvider),
    providers: currentProviders(saml, storeWithin(rim)),
    signingKey: secretWithin(rim, serviceProvider.signing?.privateKey),
  };
  return serve({ door: 'sign-in', dialect: signIn, act: begin }, means);
};

async function begin(
  { provider, browserSecret = newBrowserSecret() }: SignInAsked,
  { us, providers, signingKey, clock }: Means,
): Promise<SignInBegun> {
  const now = clock();
  const identityProvider = (await providers(now)).find(({ name }) => name === provider);
  if (!identityProvider) throw new Refusal('provider_unknown');
  const location = authnRequestLocation({
    us,
    signingKey: identityProvider.signRequests ? await signingKey() : undefined,
    id: newRequestId({ provider, browserSecret, now }),
    relayState: provider,
    identityProvider,
  });
  return { location, browserSecret };
}

export const handler = deployed(open);
