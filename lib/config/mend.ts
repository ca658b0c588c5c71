import type * as v from 'valibot';
import { isRecord } from '../record.ts';

export interface Mended {
  readonly value: unknown;
  /** Paths within the entry whose own checks would say nothing true. */
  readonly faulty: readonly string[];
}

/**
 * An entry without its shape, so far put right that the rest of it can be checked: unknown keys are taken out, and a
 * member with anything else wrong gives way to a harmless one. A slip in one line must not hide the next.
 */
export function mend(
  entry: unknown,
  issues: readonly v.BaseIssue<unknown>[],
  harmless: Readonly<Record<string, unknown>>,
): Mended {
  const value: unknown = structuredClone(entry);
  const faulty: string[] = [];
  for (const { path = [], expected } of issues) {
    const keys = path.map(({ key }) => String(key));
    if (expected === 'never') {
      setAt(value, keys, undefined);
      continue;
    }
    const member = Object.keys(harmless).find((name) => isWithin(keys.join('.'), name));
    if (member === undefined) continue;
    setAt(value, member.split('.'), harmless[member]);
    faulty.push(member);
  }
  return { value, faulty };
}

/** `undefined` takes the member away. */
function setAt(value: unknown, keys: readonly string[], member: unknown): void {
  let at = value;
  for (const key of keys.slice(0, -1)) {
    at = isRecord(at) || Array.isArray(at) ? (at as Record<string, unknown>)[key] : undefined;
  }
  const last = keys.at(-1);
  if (!isRecord(at) || last === undefined) return;
  if (member === undefined) delete (at as Record<string, unknown>)[last];
  else (at as Record<string, unknown>)[last] = member;
}

export const isWithin = (path: string, place: string) =>
  path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
