// The claims that AWS STS itself takes from a signed token, and the condition keys it makes of them.
// Source: IAM User Guide, "Pass session tags in AWS STS: AssumeRoleWithWebIdentity".

export const awsClaims = ['tags', 'sourceIdentity'] as const;
export type AwsClaim = (typeof awsClaims)[number];

export const requestTagPrefix = 'aws:RequestTag/';
export const isRequestTag = (key: string) => key.toLowerCase().startsWith(requestTagPrefix.toLowerCase());
export const sourceIdentityKey = 'sts:SourceIdentity';
export const isSourceIdentity = (key: string) => key.toLowerCase() === sourceIdentityKey.toLowerCase();

export const tagsClaim = 'https://aws.amazon.com/tags';
export const sourceIdentityClaim = 'https://aws.amazon.com/source_identity';

type Payload = ReadonlyMap<string, unknown>;

/** The condition keys and values of the AWS claims; what does not have STS's form is left out, as STS refuses it. */
export function awsClaimsOf(payload: Payload): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const [key, value] of principalTags(payload) ?? []) keys.set(requestTagPrefix + key, value);
  const sourceIdentity = payload.get(sourceIdentityClaim);
  if (typeof sourceIdentity === 'string') keys.set(sourceIdentityKey, sourceIdentity);
  return keys;
}

/**
 * Session tags in either form: nested, each value a list of exactly one text, or flattened into claims of their own
 * for issuers that cannot nest. `undefined` when STS would say that they are not in the correct format; keys that
 * differ by case only are one key to it.
 */
export function principalTags(payload: Payload): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const nested = recordOf(payload.get(tagsClaim))?.get('principal_tags');
  if (nested !== undefined) {
    for (const [key, values] of recordOf(nested) ?? [['', undefined]]) {
      const [value, ...more] = Array.isArray(values) ? (values as unknown[]) : [];
      if (typeof value !== 'string' || more.length > 0) return undefined;
      tags.set(key, value);
    }
  }
  const flattened = `${tagsClaim}/principal_tags/`;
  for (const [name, value] of payload) {
    if (!name.startsWith(flattened)) continue;
    if (typeof value !== 'string') return undefined;
    tags.set(name.slice(flattened.length), value);
  }
  const distinct = new Set([...tags.keys()].map((key) => key.toLowerCase()));
  return distinct.size === tags.size ? tags : undefined;
}

function recordOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? new Map(Object.entries(value)) : undefined;
}
