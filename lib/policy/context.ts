// What is known of a request, by condition key.

/** A key with no values is missing. */
export interface Context {
  values(key: string): readonly string[] | undefined;
}

/** AWS compares condition keys, tag keys among them, without regard to case. */
export function awsContext(entries: Iterable<readonly [string, string | readonly string[]]>): Context {
  const byKey = new Map<string, readonly string[]>();
  for (const [key, value] of entries) byKey.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  return { values: (key) => present(byKey.get(key.toLowerCase())) };
}

/** Claims keep their case: an identity provider may well send `Role` and `role`. */
export function claimContext(claims: ReadonlyMap<string, readonly string[]>): Context {
  return { values: (key) => present(claims.get(key)) };
}

const present = (values: readonly string[] | undefined) => (values?.length ? values : undefined);
