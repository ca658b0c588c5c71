import type { Report } from './configuration.ts';
import { parseDuration } from './duration.ts';

/** STS forgives 300 s; nobody needs more from us. */
export const longestLeewaySeconds = 300;

/** Seconds; 0 where a problem was reported. */
export function secondsAtMost(most: number, written: string | number, path: string, report: Report): number {
  const value = parseDuration(written);
  if (value === undefined || value > most) {
    report(path, `is "${written}"; it must be a duration of at most ${most} seconds`);
  }
  return value ?? 0;
}
