import { type ConsoleLinks, consoleLinks, noConsole } from '../lib/console/console-link.ts';
import { consoleOf } from '../lib/console/partition.ts';
import type { Rim } from '../lib/door.ts';

/** The links into the console of this partition, by AWS's federation endpoint or what stands in for it. */
export function consoleWithin({ environment, sts, embeddedAws }: Rim): ConsoleLinks {
  const place = consoleOf(environment().partition);
  if (!place) return noConsole;
  const federationOrigin = embeddedAws?.endpoint ?? `https://${place.signInHost}`;
  return consoleLinks({ network: sts, place, federationOrigin });
}
