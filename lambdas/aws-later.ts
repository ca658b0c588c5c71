import type { DoorConfiguration } from '../lib/config/carried.ts';
import type { Rim } from '../lib/door.ts';
import type { Broker } from '../lib/exchange.ts';
import { onceWithin } from './once.ts';

/** The broker, for signed AWS requests too, each of them once. What they take is loaded with the first. */
export function withAwsRequests(broker: Broker, rim: Rim, configuration: DoorConfiguration): Broker {
  const once = onceWithin(rim);
  if (configuration.aws.length === 0) return { ...broker, once };
  const aws: Broker['providers']['aws'] = async (proof, now) =>
    (await import('#aws')).awsProver(rim, configuration)(proof, now);
  return { ...broker, once, providers: { ...broker.providers, aws } };
}
