import { inOneLine } from '../printable.ts';
import { type Finding, kinds, severityOf } from './finding.ts';

/** For a terminal: each with its reason and its fix, and how many there are. */
export function printFindings(findings: readonly Finding[]): string {
  const told = findings.map((finding) => {
    const { reason, fix } = kinds[finding.code];
    return `${severityOf(finding)} ${finding.code}\n  ${inOneLine(`${finding.path}: ${finding.says}`)}\n  ${reason}\n  ${fix}\n`;
  });
  return `${[...told, summaryOf(findings)].join('\n')}\n`;
}

function summaryOf(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'Nothing found.';
  const count = (severity: string) => findings.filter((finding) => severityOf(finding) === severity).length;
  const named = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${named(count('error'), 'error')}, ${named(count('warning'), 'warning')}.`;
}

/** In one line, where there is no room for more. */
export const sentenceOf = ({ code, path, says }: Finding) =>
  inOneLine(`${path} ${says}. ${kinds[code].reason} ${kinds[code].fix}`);
