import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { ProvingBroker } from '../lib/exchange.ts';
import { onceWithin } from './once.ts';

/** A broker, for signed AWS requests too, each of them once. What they take is loaded with the first. */
export function withAwsRequests<B extends ProvingBroker>(broker: B, rim: Rim, configuration: DoorConfiguration): B {
  const once = onceWithin(rim);
  if (configuration.aws.length === 0) return { ...broker, once };
  const aws: ProvingBroker['providers']['aws'] = async (proof, now) =>
    (await import('#aws')).awsProver(rim, configuration)(proof, now);
  return { ...broker, once, providers: { ...broker.providers, aws } };
}
