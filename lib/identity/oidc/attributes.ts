import { isAwsKey } from '../../policy/context.ts';
import { isRecord } from '../../record.ts';
import { requestTagPrefix, sourceIdentityKey } from '../aws-keys.ts';
import type { Attributes } from '../identity.ts';
import { readAwsClaims } from './aws-claims.ts';

type Payload = ReadonlyMap<string, unknown>;

/**
 * Claims as lists of text, for conditions and templates. Numbers and booleans become their JSON text. A member of
 * an object is named by its path, `realm_access.roles`, unless a claim bears that very name. What is neither text
 * nor a list of it is opaque. AWS's own claims appear as the condition keys that STS makes of them, in lower case;
 * `claimContext` finds them however they are written.
 */
export function attributesOf(payload: Payload): Attributes {
  const texts = new Map<string, readonly string[]>();
  const opaque = new Set<string>();
  const hidden: string[] = [];
  collect(payload, '', { texts, opaque, hidden, top: payload, left: longestPaths });
  // A claim of this name could only be there to pass for what AWS makes of the AWS claims.
  for (const name of texts.keys()) if (isAwsKey(name)) texts.delete(name);
  const { keys, malformed } = readAwsClaims(payload);
  for (const [key, value] of keys) texts.set(key.toLowerCase(), [value]);
  if (malformed.includes('tags')) hidden.push(requestTagPrefix.toLowerCase());
  if (malformed.includes('sourceIdentity')) opaque.add(sourceIdentityKey.toLowerCase());
  return { texts, opaque, hidden };
}

/** How many characters the names of members within members may have together: each repeats those above it. */
const longestPaths = 100_000;

interface Collected {
  readonly texts: Map<string, readonly string[]>;
  readonly opaque: Set<string>;
  readonly hidden: string[];
  readonly top: Payload;
  /** What is left of `longestPaths`. */
  left: number;
}

function collect(members: Iterable<readonly [string, unknown]>, prefix: string, into: Collected): void {
  for (const [name, value] of members) {
    const path = prefix + name;
    if (prefix !== '') into.left -= path.length;
    if (into.left < 0) {
      // Not absent: nobody can say any more what stands below.
      into.hidden.push(prefix);
      return;
    }
    if (prefix !== '' && into.top.has(path)) {
      continue;
    }
    if (into.texts.has(path) || into.opaque.has(path)) {
      // Two members of one path, as {"b.c": …} beside {"b": {"c": …}}: nobody could say which is meant.
      into.texts.delete(path);
      into.opaque.add(path);
      into.hidden.push(`${path}.`);
      continue;
    }
    const texts = textsOf(value);
    if (texts) {
      into.texts.set(path, texts);
      continue;
    }
    into.opaque.add(path);
    if (isRecord(value)) collect(Object.entries(value), `${path}.`, into);
    else into.hidden.push(`${path}.`);
  }
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const plain = (item: unknown) => typeof item === 'string' || typeof item === 'boolean' || isExact(item);
  return list.every(plain) ? list.map(String) : undefined;
}

/** Beyond 2^53 neighbours become one number: a condition on one person's id would let in another's. */
const isExact = (item: unknown) => Number.isFinite(item) && Math.abs(item as number) <= Number.MAX_SAFE_INTEGER;
