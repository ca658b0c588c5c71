/** STS: the shortest session, and the longest of AssumeRoleWithWebIdentity and AssumeRoleWithSAML. */
export const shortestSessionSeconds = 900;
export const longestSessionSeconds = 43_200;

export interface SessionDuration {
  readonly seconds: number;
  /** Why the caller gets another length than he asked for; absent when he gets that. */
  readonly limitedBy?: 'grant' | 'role' | 'shortest session';
}

export interface DurationLimits {
  readonly grantSeconds: number;
  readonly roleSeconds: number;
}

/** What was asked, within what is possible. A length too long or too short is no reason to fail. */
export function sessionDuration(
  askedSeconds: number | undefined,
  { grantSeconds, roleSeconds }: DurationLimits,
): SessionDuration {
  if (askedSeconds === undefined) return { seconds: Math.min(grantSeconds, roleSeconds) };
  if (askedSeconds > Math.min(grantSeconds, roleSeconds)) {
    return grantSeconds <= roleSeconds
      ? { seconds: grantSeconds, limitedBy: 'grant' }
      : { seconds: roleSeconds, limitedBy: 'role' };
  }
  if (askedSeconds < shortestSessionSeconds) return { seconds: shortestSessionSeconds, limitedBy: 'shortest session' };
  return { seconds: askedSeconds };
}
