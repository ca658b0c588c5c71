// Statements as the file writes them, and as IAM does.

import type { StatementDocument } from '../grant/grant.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import { PolicyError } from '../policy/policy.ts';
import type { Report } from './configuration.ts';
import type { DeclaredStatement } from './schema.ts';

export function statementDocument({
  sid,
  effect,
  actions,
  resources,
  conditions = {},
}: DeclaredStatement): StatementDocument {
  const block = Object.entries(conditions).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, texts(values)])),
  ]);
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect,
    Action: actions,
    Resource: resources,
    ...(block.length > 0 && { Condition: Object.fromEntries(block) }),
  };
}

/** The engine's own problems, told with the path of the file. */
export function checkPolicy(document: unknown, path: string, report: Report): void {
  try {
    parsePolicy({ name: path, kind: 'identity', document });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    for (const problem of error.problems) report(path + inOurWords(problem.path), problem.says);
  }
}

/** `Statement[0].Action` is `[0].actions` in the file. */
const inOurWords = (path: string) =>
  path
    .replace(/^Statement/, '')
    .replace('.Action', '.actions')
    .replace('.Resource', '.resources')
    .replace('.Condition', '.conditions')
    .replace('.Sid', '.sid');

type Values = string | number | boolean | readonly (string | number | boolean)[];

export const texts = (values: Values) => (typeof values === 'object' ? values.map(String) : [String(values)]);
