// The condition keys that AWS STS makes of what an identity provider signs for it, in a token's claims or in an
// assertion's attributes, and the limits it holds them to.
// Source: IAM User Guide, "Pass session tags in AWS STS"; AWS STS API Reference, Tag and SourceIdentity.

/** What a provider may sign for AWS: session tags, a source identity. */
export const awsClaims = ['tags', 'sourceIdentity'] as const;
export type AwsClaim = (typeof awsClaims)[number];

export const requestTagPrefix = 'aws:RequestTag/';
export const isRequestTag = (key: string) => key.toLowerCase().startsWith(requestTagPrefix.toLowerCase());
export const sourceIdentityKey = 'sts:SourceIdentity';
export const isSourceIdentity = (key: string) => key.toLowerCase() === sourceIdentityKey.toLowerCase();

export const mostTags = 50;
const tagKey = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu;
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

export const isTagKey = (key: string) => tagKey.test(key);
export const isTagValue = (value: string) => tagValue.test(value);

/** `undefined` when STS would refuse them; keys that differ by case only are one key to it. */
export function sessionTags(
  written: readonly (readonly [key: string, value: unknown])[],
): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const keys = new Set<string>();
  for (const [key, value] of written) {
    if (typeof value !== 'string' || !isTagKey(key) || !isTagValue(value)) return undefined;
    tags.set(key, value);
    keys.add(key.toLowerCase());
  }
  return keys.size === written.length && keys.size <= mostTags ? tags : undefined;
}

const sourceIdentityForm = /^(?!aws:)[\w+=,.@-]{2,64}$/;

export const isSourceIdentityValue = (value: unknown): value is string =>
  typeof value === 'string' && sourceIdentityForm.test(value);
