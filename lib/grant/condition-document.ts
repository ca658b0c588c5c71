import type { ConditionDocument } from './grant.ts';

export interface ConditionEntry {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** A Condition block as IAM writes it: keys under their operator, in the order given. */
export function conditionDocument(entries: readonly ConditionEntry[]): ConditionDocument {
  const block: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, key, values } of entries) {
    const keys = block[operator] ?? {};
    keys[key] = values;
    block[operator] = keys;
  }
  return block;
}
