import { Refusal } from '../../refusal.ts';

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
  checkKind(payload);
  const expires = checkTimes(payload, rules, now);
  checkAudience(payload, rules.audiences);
  return { subject, expires: new Date(expires * 1000) };
}

/** Claims by which Cognito and Keycloak tell what they signed, where the header does not. */
const kinds: readonly (readonly [claim: string, allowed: readonly string[]])[] = [
  ['token_use', ['id']],
  ['typ', ['id', 'jwt']],
];

/**
 * Some issuers sign other things without a typ in the header: a logout token has events (OpenID Connect Back-Channel
 * Logout §2.4), access tokens say so in a claim. They pass through many hands and prove no sign-in.
 */
function checkKind(payload: Payload): void {
  if (payload.has('events')) {
    throw new Refusal('claims_invalid', { claim: 'events', why: 'only tokens of events have it' });
  }
  for (const [claim, allowed] of kinds) {
    const kind = payload.get(claim);
    if (kind !== undefined && !(typeof kind === 'string' && allowed.includes(kind.toLowerCase()))) {
      throw new Refusal('claims_invalid', { claim, why: `must be ${allowed.join(' or ')}` });
    }
  }
}

function checkTimes(payload: Payload, rules: ClaimRules, now: Date): number {
  const seconds = now.getTime() / 1000;
  const { clockLeewaySeconds: leeway, longestTokenLifetimeSeconds: longest } = rules;
  const expires = timeIn(payload, 'exp');
  const issued = timeIn(payload, 'iat');
  if (expires + leeway <= seconds) throw new Refusal('token_expired', { exp: expires });
  if (issued - leeway > seconds) throw new Refusal('token_not_yet_valid', { iat: issued });
  if (payload.has('nbf') && timeIn(payload, 'nbf') - leeway > seconds) {
    throw new Refusal('token_not_yet_valid', { nbf: payload.get('nbf') });
  }
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
  if (party === undefined && audiences.length > 1) {
    throw new Refusal('audience_mismatch', { aud: audiences, why: 'several, and no azp' });
  }
}
