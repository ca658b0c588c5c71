// The claims that AWS STS itself takes from a signed token, and the condition keys it makes of them.
// Source: IAM User Guide, "Pass session tags in AWS STS: AssumeRoleWithWebIdentity".

import { isRecord } from '../../record.ts';
import {
  type AwsClaim,
  awsClaims,
  isSourceIdentityValue,
  requestTagPrefix,
  sessionTags,
  sourceIdentityKey,
} from '../aws-keys.ts';

export const tagsClaim = 'https://aws.amazon.com/tags';
export const sourceIdentityClaim = 'https://aws.amazon.com/source_identity';

type Payload = ReadonlyMap<string, unknown>;

export interface AwsClaims {
  /** The condition keys that STS makes of them. */
  readonly keys: ReadonlyMap<string, string>;
  /** Those that are there without STS's form: it refuses the token, so they make no keys. */
  readonly malformed: readonly AwsClaim[];
}

export function readAwsClaims(payload: Payload): AwsClaims {
  const tags = principalTags(payload);
  const sourceIdentity = sourceIdentityOf(payload);
  const keys = new Map<string, string>();
  for (const [key, value] of tags ?? []) keys.set(requestTagPrefix + key, value);
  if (sourceIdentity !== undefined) keys.set(sourceIdentityKey, sourceIdentity);
  const isMalformed: Record<AwsClaim, boolean> = {
    tags: tags === undefined,
    sourceIdentity: sourceIdentity === undefined && payload.has(sourceIdentityClaim),
  };
  return { keys, malformed: awsClaims.filter((claim) => isMalformed[claim]) };
}

/** Which of them a token carries, well formed or not. */
export function awsClaimsIn(payload: Payload): readonly AwsClaim[] {
  const names = [...payload.keys()];
  const carries: Record<AwsClaim, boolean> = {
    tags: names.some((name) => name === tagsClaim || name.startsWith(`${tagsClaim}/`)),
    sourceIdentity: names.includes(sourceIdentityClaim),
  };
  return awsClaims.filter((claim) => carries[claim]);
}

/**
 * Session tags in either form: nested, each value a list of exactly one text, or flattened into claims of their own
 * for issuers that cannot nest. `undefined` when STS would say that they are not in the correct format, or break its
 * limits; keys that differ by case only are one key to it.
 */
export function principalTags(payload: Payload): ReadonlyMap<string, string> | undefined {
  const written = [...(nestedTags(payload.get(tagsClaim)) ?? [malformed]), ...flattenedTags(payload)];
  return sessionTags(written);
}

type WrittenTag = readonly [key: string, value: unknown];

const malformed: WrittenTag = ['', undefined];

/** Each value a list of exactly one; `undefined` when the claim is not even an object of objects. */
function nestedTags(claim: unknown): readonly WrittenTag[] | undefined {
  if (claim === undefined || claim === null) return [];
  const members = recordOf(claim);
  const tags = members?.has('principal_tags') ? recordOf(members.get('principal_tags')) : members && new Map();
  return (
    tags &&
    [...tags].map(([key, values]) => [key, Array.isArray(values) && values.length === 1 ? values[0] : undefined])
  );
}

function flattenedTags(payload: Payload): readonly WrittenTag[] {
  const prefix = `${tagsClaim}/principal_tags/`;
  return [...payload].flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
  );
}

/** `undefined` when there is none or STS would not take it. */
function sourceIdentityOf(payload: Payload): string | undefined {
  const value = payload.get(sourceIdentityClaim);
  return isSourceIdentityValue(value) ? value : undefined;
}

function recordOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return isRecord(value) ? new Map(Object.entries(value)) : undefined;
}
