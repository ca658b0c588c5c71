import { inOneLine } from '../printable.ts';
import type { ExplainedStatement, Explanation, Failure, Stage } from './explanation.ts';

const marks = { passed: 'yes', failed: 'NO', 'not judged': '-' } as const;

/** For a terminal: a line for each stage, and below it what kept it from passing. */
export function printExplanation({ verdict, stages }: Explanation): string {
  const lines = stages.flatMap((each) => [headOf(each), ...bodyOf(each).map((line) => `    ${line}`)]).map(inOneLine);
  return `${[...lines, '', `Verdict: ${verdict}`].join('\n')}\n`;
}

const headOf = ({ stage, verdict, says }: Stage) => `${stage.padEnd(13)} ${marks[verdict].padEnd(4)} ${says}`;

function bodyOf({ statements, warnings }: Stage): readonly string[] {
  return [...statements.flatMap(linesOfStatement), ...warnings.map(({ code, says }) => `warning: ${says} [${code}]`)];
}

function linesOfStatement({ policy, statement, sid, effect, failures }: ExplainedStatement): readonly string[] {
  const place = `${policy}, statement ${statement}${sid === undefined ? '' : ` "${sid}"`} (${effect})`;
  return [place, ...failures.flatMap(linesOfFailure).map((line) => `  ${line}`)];
}

function linesOfFailure({ element, operator, key, expected, got, hint }: Failure): readonly string[] {
  const what = operator === undefined ? element : `${operator} ${key}`;
  return [
    what,
    `  expected  ${listed(expected)}`,
    `  got       ${got === undefined ? 'nothing' : listed(got)}`,
    ...(hint ? [`  hint      ${hint.says} [${hint.code}]`] : []),
  ];
}

/** Quoted, so that spaces show. */
const listed = (texts: readonly string[]) => texts.map((text) => JSON.stringify(text)).join(', ') || 'nothing';
