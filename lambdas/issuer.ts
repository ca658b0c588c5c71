// GET /.well-known/openid-configuration and /.well-known/jwks.json: what AWS STS asks of us where grants vouch.

import type { KeyObject } from 'node:crypto';
import { type IssuerAnswered, type IssuerDocument, issuer, type PublishedKey } from '../lib/dialects/issuer.ts';
import type { OpenDoor } from '../lib/door.ts';
import { given, variables } from '../lib/environment.ts';
import { keyIdOf, kmsPublicKey } from '../lib/issue/kms-signer.ts';
import { later } from './later.ts';
import { deployed } from './rim.ts';
import { type Recorder, recorderWithin, serve } from './serve.ts';

interface Means extends Recorder {
  readonly url: string;
  /** The one that signs comes first. */
  readonly keys: readonly (() => Promise<PublishedKey>)[];
}

export const open: OpenDoor = (rim) => {
  const { environment, embeddedAws } = rim;
  const { issuer: url, signingKeys } = environment();
  given(signingKeys[0], variables.signingKeys);
  const keys = signingKeys.map((arn) =>
    later(async () => published(await kmsPublicKey(arn, embeddedAws), keyIdOf(arn))),
  );
  const means: Means = { ...recorderWithin(rim), url: given(url, variables.issuer), keys };
  return serve({ door: 'issuer', dialect: issuer, act: answer }, means);
};

const published = (key: KeyObject, kid: string): PublishedKey => ({
  ...key.export({ format: 'jwk' }),
  kid,
  use: 'sig',
  alg: 'RS256',
});

async function answer(document: IssuerDocument, { url, keys }: Means): Promise<IssuerAnswered> {
  if (document === 'configuration') return { document, issuer: url };
  const [signing, ...others] = await Promise.allSettled(keys.map((key) => key()));
  // Without the key that signs the set is of no use; without another it is, for now.
  if (signing?.status !== 'fulfilled') throw signing?.reason;
  const found = others.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  return { document, keys: [signing.value, ...found], incomplete: found.length < others.length };
}

export const handler = deployed(open);
