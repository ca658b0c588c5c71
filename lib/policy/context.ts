// What is known of a request, by condition key.

/** A key with no values is missing. */
export interface Context {
  values(key: string): readonly string[] | undefined;
}

/** Condition keys with their values. */
export type Keys = readonly (readonly [key: string, value: string | readonly string[]])[];

/** AWS compares condition keys, tag keys among them, without regard to case. */
export function awsContext(entries: Iterable<Keys[number]>): Context {
  const byKey = new Map<string, readonly string[]>();
  for (const [key, value] of entries) byKey.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  return { values: (key) => present(byKey.get(key.toLowerCase())) };
}

/** Names that are AWS's own, in claims as in policies. */
export const isAwsKey = (key: string) => /^(aws|sts):/i.test(key);

/**
 * Claims keep their case: an identity provider may well send `Role` and `role`. Those that stand for AWS's own keys
 * are held in lower case and compared as AWS does, or a grant and its trust policy would disagree.
 */
export function claimContext(claims: ReadonlyMap<string, readonly string[]>): Context {
  return { values: (key) => present(claims.get(isAwsKey(key) ? key.toLowerCase() : key)) };
}

const present = (values: readonly string[] | undefined) => (values?.length ? values : undefined);
