import { daysToAct } from './days-to-act.ts';
import type { ProviderState } from './provider-state.ts';

const sayings = {
  theirs: {
    none: 'has no key or certificate that may verify anything now',
    unless: 'unless new metadata comes before',
  },
  ours: {
    none: 'does not hold now: identity providers that look at its dates refuse us',
    unless: 'unless the next one is deployed and identity providers have our metadata before',
  },
} as const;

/** What is wrong with a provider, as sentences; none when it is well. */
export function troublesOf({ kind, source, why, keys, firstEnd, daysLeft }: ProviderState): readonly string[] {
  const { none, unless } = kind === 'ours' ? sayings.ours : sayings.theirs;
  const troubles: string[] = [];
  if (source === 'unreachable') troubles.push(`cannot be reached: ${why ?? 'nothing is known of it'}`);
  if (keys === 0) troubles.push(none);
  else if (firstEnd && daysLeft !== undefined && daysLeft <= daysToAct.soon) {
    troubles.push(`ends on ${dayOf(firstEnd)}, in ${daysLeft} days, ${unless}`);
  }
  return troubles;
}

/** For a terminal: a line for each provider, and below it what is wrong. */
export function printStates(states: readonly ProviderState[]): string {
  const width = Math.max(...states.map(({ provider }) => provider.length), 0);
  const told = states.map((state) => {
    const { provider, kind, source, keys, firstEnd } = state;
    const holds =
      keys === undefined ? [] : [`${keys} ${kind === 'oidc' ? 'key' : 'certificate'}${keys === 1 ? '' : 's'}`];
    const end = firstEnd ? [`first end ${dayOf(firstEnd)}`] : [];
    const line = [provider.padEnd(width), kind, source.padEnd('unreachable'.length), ...holds, ...end].join('  ');
    return [line.trimEnd(), ...troublesOf(state).map((trouble) => `  ${trouble}`)].join('\n');
  });
  return `${told.join('\n')}\n`;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
