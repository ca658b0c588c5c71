import { isAwsKey } from '../../policy/context.ts';
import { Refusal } from '../../refusal.ts';
import { awsClaimsOf } from './aws-claims.ts';

export interface ClaimRules {
  readonly audiences: readonly string[];
  /** Forgiven on `exp`, `nbf` and `iat` alike. */
  readonly clockLeewaySeconds: number;
  /** From `iat` to `exp`, and the oldest `iat` taken. */
  readonly longestTokenLifetimeSeconds: number;
}

export interface ProvedClaims {
  readonly subject: string;
  readonly expires: Date;
}

type Payload = ReadonlyMap<string, unknown>;

/** OpenID Connect Core §2: at most 255 characters. */
const longestSubjectCharacters = 255;

/** The claims an ID token must have, of a token whose signature is proved (OpenID Connect Core §3.1.3.7). */
export function checkClaims(payload: Payload, rules: ClaimRules, now: Date): ProvedClaims {
  const subject = payload.get('sub');
  if (typeof subject !== 'string' || subject.trim() === '' || subject.length > longestSubjectCharacters) {
    throw new Refusal('claims_invalid', { claim: 'sub', why: 'must be a text of 1 to 255 characters' });
  }
  const expires = checkTimes(payload, rules, now);
  checkAudience(payload, rules.audiences);
  return { subject, expires: new Date(expires * 1000) };
}

function checkTimes(payload: Payload, rules: ClaimRules, now: Date): number {
  const seconds = now.getTime() / 1000;
  const { clockLeewaySeconds: leeway, longestTokenLifetimeSeconds: longest } = rules;
  const expires = timeIn(payload, 'exp');
  const issued = timeIn(payload, 'iat');
  if (expires + leeway <= seconds) throw new Refusal('token_expired', { exp: expires });
  if (issued - leeway > seconds) throw new Refusal('token_not_yet_valid', { iat: issued });
  if (payload.has('nbf') && timeIn(payload, 'nbf') - leeway > seconds)
    throw new Refusal('token_not_yet_valid', { nbf: payload.get('nbf') });
  // Milliseconds taken for seconds, or a token for ever: nobody means either.
  if (expires < issued || expires - issued > longest) {
    throw new Refusal('claims_invalid', { claim: 'exp', why: `must be within ${longest} s after iat` });
  }
  return expires;
}

function timeIn(payload: Payload, claim: string): number {
  const value = payload.get(claim);
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new Refusal('claims_invalid', { claim, why: 'must be whole seconds since 1970' });
  }
  return value as number;
}

/**
 * The token must be meant for us. With an authorized party it is STS's audience, so it must be ours too; several
 * audiences without one leave open for whom the token is (OpenID Connect Core §3.1.3.7 rules 3 to 5).
 */
function checkAudience(payload: Payload, allowed: readonly string[]): void {
  const value = payload.get('aud');
  const audiences: readonly unknown[] = Array.isArray(value) ? value : [value];
  const party = payload.get('azp');
  if (
    !audiences.every((audience) => typeof audience === 'string') ||
    (party !== undefined && typeof party !== 'string')
  ) {
    throw new Refusal('claims_invalid', { claim: 'aud', why: 'aud must be texts, azp a text' });
  }
  const ours = (audience: unknown) => typeof audience === 'string' && allowed.includes(audience);
  if (!audiences.some(ours)) throw new Refusal('audience_mismatch', { aud: audiences });
  if (party !== undefined && !ours(party)) throw new Refusal('audience_mismatch', { azp: party });
  if (party === undefined && audiences.length > 1)
    throw new Refusal('audience_mismatch', { aud: audiences, why: 'several, and no azp' });
}

/**
 * Claims as lists of text, for conditions and templates. Numbers and booleans become their JSON text. A member of
 * an object is named by its path, `realm_access.roles`, unless a claim bears that very name. What is neither
 * text nor a list of it is left out. AWS's own claims appear as the condition keys that STS makes of them, in
 * lower case; `claimContext` finds them however they are written.
 */
export function attributesOf(payload: Payload): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, readonly string[]>();
  collect(payload, '', attributes, payload);
  // A claim of this name could only be there to pass for what AWS makes of the AWS claims.
  for (const name of attributes.keys()) if (isAwsKey(name)) attributes.delete(name);
  for (const [key, value] of awsClaimsOf(payload)) attributes.set(key.toLowerCase(), [value]);
  return attributes;
}

function collect(
  members: Iterable<readonly [string, unknown]>,
  prefix: string,
  into: Map<string, readonly string[]>,
  top: Payload,
): void {
  for (const [name, value] of members) {
    const path = prefix + name;
    if (prefix !== '' && (top.has(path) || into.has(path))) continue;
    const texts = textsOf(value);
    if (texts) into.set(path, texts);
    else if (isRecord(value)) collect(Object.entries(value), `${path}.`, into, top);
  }
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const plain = (item: unknown) => typeof item === 'string' || typeof item === 'boolean' || isExact(item);
  return list.every(plain) ? list.map(String) : undefined;
}

/** Beyond 2^53 neighbours become one number: a condition on one person's id would let in another's. */
const isExact = (item: unknown) => Number.isFinite(item) && Math.abs(item as number) <= Number.MAX_SAFE_INTEGER;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
