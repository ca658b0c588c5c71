import { daysToAct } from './days-to-act.ts';
import type { ProviderState } from './provider-state.ts';

/** What is wrong with a provider, as sentences; none when it is well. */
export function troublesOf({ source, why, keys, firstEnd, daysLeft }: ProviderState): readonly string[] {
  const troubles: string[] = [];
  if (source === 'unreachable') troubles.push(`cannot be reached: ${why ?? 'nothing is known of it'}`);
  if (keys === 0) troubles.push('has no key or certificate that may verify anything now');
  else if (firstEnd && daysLeft !== undefined && daysLeft <= daysToAct.soon) {
    troubles.push(`ends on ${dayOf(firstEnd)}, in ${daysLeft} days, unless new metadata comes before`);
  }
  return troubles;
}

/** For a terminal: a line for each provider, and below it what is wrong. */
export function printStates(states: readonly ProviderState[]): string {
  const width = Math.max(...states.map(({ provider }) => provider.length), 0);
  const told = states.map((state) => {
    const { provider, kind, source, keys, firstEnd } = state;
    const holds =
      keys === undefined ? [] : [`${keys} ${kind === 'saml' ? 'certificate' : 'key'}${keys === 1 ? '' : 's'}`];
    const end = firstEnd ? [`first end ${dayOf(firstEnd)}`] : [];
    const line = [provider.padEnd(width), kind, source.padEnd('unreachable'.length), ...holds, ...end].join('  ');
    return [line.trimEnd(), ...troublesOf(state).map((trouble) => `  ${trouble}`)].join('\n');
  });
  return `${told.join('\n')}\n`;
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
