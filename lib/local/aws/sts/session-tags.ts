// Session tags as parameters: AssumeRole, GetFederationToken, GetWebIdentityToken.
// Source: IAM User Guide, "Pass session tags in AWS STS"; AWS STS API Reference, Tag.

import { invalidParameterValue } from '../../../aws-query/aws-error.ts';
import { type ParameterReader, tagKeyCharacters, tagValueCharacters } from '../../../aws-query/parameters.ts';
import { requestTagPrefix } from '../../../identity/aws-keys.ts';
import type { Keys } from '../../../policy/context.ts';

export type Tags = ReadonlyMap<string, string>;

const mostTags = 50;

const tagKey = { shortest: 1, longest: 128, pattern: tagKeyCharacters };
const tagValue = { shortest: 0, longest: 256, pattern: tagValueCharacters };

/** `finish` of the reader is still to be called. */
export function readTags(reader: ParameterReader): readonly (readonly [key: string, value: string])[] {
  return reader
    .members('Tags', mostTags)
    .map((each) => [
      each.text('Key', { ...tagKey, required: true }) ?? '',
      each.text('Value', { ...tagValue, required: true }) ?? '',
    ]);
}

export const readTransitiveTagKeys = (reader: ParameterReader) =>
  reader.texts('TransitiveTagKeys', { ...tagKey, most: mostTags });

/** Throws an `AwsError`: keys that differ by case only are one key, and AWS keeps `aws:` for itself. */
export function checkedTags(written: readonly (readonly [string, string])[]): Tags {
  const keys = new Set(written.map(([key]) => key.toLowerCase()));
  if (keys.size < written.length) {
    throw invalidParameterValue('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if ([...keys].some((key) => key.startsWith('aws:'))) {
    throw invalidParameterValue('System tag keys cannot be used: aws: is reserved.');
  }
  return new Map(written);
}

const sameKey = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();

export interface Inherited {
  readonly tags: Tags;
  readonly transitiveTagKeys: readonly string[];
}

/** The tags that stay on in the sessions which a session asks for. */
const handedDown = ({ tags, transitiveTagKeys }: Inherited) =>
  [...tags].filter(([key]) => transitiveTagKeys.some(sameKey(key)));

/** A role's tags as its trust policy sees them: what is handed down stands before the role's own of that key. */
export const tagsUnder = (inherited: Inherited, tags: Tags): Tags =>
  new Map(
    [...tags].map(([key, value]) => [key, handedDown(inherited).find(([each]) => sameKey(each)(key))?.[1] ?? value]),
  );

/** With what the caller's own session hands down. Throws an `AwsError` where they get in each other's way. */
export function withInherited(tags: Tags, transitiveTagKeys: readonly string[], inherited: Inherited): Inherited {
  for (const key of transitiveTagKeys) {
    if (![...tags.keys()].some(sameKey(key))) {
      throw invalidParameterValue('The specified transitive tag key must be included in the requested tags.');
    }
  }
  for (const key of inherited.transitiveTagKeys) {
    if ([...tags.keys()].some(sameKey(key))) {
      throw invalidParameterValue(
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
      );
    }
  }
  const all = new Map([...handedDown(inherited), ...tags]);
  // AWS's own sentence for too many together is not recorded.
  if (all.size > mostTags)
    throw invalidParameterValue(`A session has ${mostTags} tags at most, inherited ones included.`);
  return {
    tags: all,
    transitiveTagKeys: [...inherited.transitiveTagKeys, ...transitiveTagKeys],
  };
}

/** The condition keys of tags in a request. */
export function tagKeys(tags: Tags, transitiveTagKeys: readonly string[] = []): Keys {
  return [
    ...[...tags].map(([key, value]) => [`${requestTagPrefix}${key}`, value] as const),
    ...(tags.size > 0 ? [['aws:TagKeys', [...tags.keys()]] as const] : []),
    ...(transitiveTagKeys.length > 0 ? [['sts:TransitiveTagKeys', transitiveTagKeys] as const] : []),
  ];
}
