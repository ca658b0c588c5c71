// The patterns by which subscription filters choose lines, as far as the stacks write them: { … } over JSON, with =, &&
// and ||. Source: Amazon CloudWatch Logs User Guide, "Filter pattern syntax for metric filters, subscription filters".

import { recordIn } from '../record.ts';

type Holds = (line: Readonly<Record<string, unknown>>) => boolean;

/** Whether a line is chosen. Throws a plain `Error` for a pattern that nobody taught it. */
export function filterPattern(pattern: string): (line: string) => boolean {
  const [, inside] = /^\{\s*(.*?)\s*\}$/s.exec(pattern) ?? [];
  const tokens = inside?.match(/\(|\)|&&|\|\||=|\$\.\w+|"[^"]*"|\S+/g) ?? [];
  const unknown = (): never => {
    throw new Error(`The local stack does not know the filter pattern ${pattern}, which the template uses.`);
  };
  const next = () => tokens.shift();
  const all = (one: () => Holds, sign: string, join: (parts: readonly Holds[]) => Holds) => (): Holds => {
    const parts = [one()];
    while (tokens[0] === sign) {
      next();
      parts.push(one());
    }
    return join(parts);
  };
  const comparison = (): Holds => {
    const [, member] = /^\$\.(\w+)$/.exec(next() ?? '') ?? [];
    const [equals, value] = [next(), next()];
    const [, text] = /^"([^"]*)"$/.exec(value ?? '') ?? [];
    if (member === undefined || equals !== '=' || text === undefined) return unknown();
    return (line) => (text === '*' ? line[member] !== undefined : line[member] === text);
  };
  const part = (): Holds => {
    if (tokens[0] !== '(') return comparison();
    next();
    const inner = either();
    return next() === ')' ? inner : unknown();
  };
  const both = all(part, '&&', (parts) => (line) => parts.every((holds) => holds(line)));
  const either: () => Holds = all(both, '||', (parts) => (line) => parts.some((holds) => holds(line)));
  const holds = either();
  if (tokens.length > 0) unknown();
  return (line) => {
    const found = recordIn(line);
    return found !== undefined && holds(found);
  };
}
