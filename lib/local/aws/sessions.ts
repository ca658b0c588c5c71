import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Policy } from '../../policy/policy.ts';
import { accessKeyId } from './identifiers.ts';

/** Temporary credentials that were issued here. Nobody else's are known. */
export interface Session extends NewSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** The `aws:TokenIssueTime` of its requests. */
  readonly issued: Date;
}

export interface NewSession extends Partial<SessionFacts> {
  readonly account: string;
  readonly principal: SessionPrincipal;
  readonly expires: Date;
}

/** Whose session it is: it ends with the role or user behind it, which are told by their unique ids. */
export type SessionPrincipal =
  | { readonly kind: 'role'; readonly roleId: string; readonly sessionName: string }
  /** GetSessionToken: the user as it is. */
  | { readonly kind: 'user'; readonly userId: string }
  /** GetFederationToken: `userId` is undefined where root asked. */
  | { readonly kind: 'federated-user'; readonly userId: string | undefined; readonly name: string }
  /** AssumeRoot. */
  | { readonly kind: 'root' };

/** What a session carries into its requests. */
export interface SessionFacts {
  /** Without them the session has what its principal has; a federated user then has nothing. */
  readonly policies: SessionPolicies;
  /** `aws:PrincipalTag/…`, over those of the role or user. */
  readonly tags: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string;
  /** Whether a role's session asked for it. */
  readonly chained: boolean;
  /** When an MFA code was given for it. */
  readonly mfaAt: Date;
  /** Condition keys that stay with a federated session. */
  readonly keys: readonly (readonly [key: string, value: string | readonly string[]])[];
}

export interface SessionPolicies {
  /** Frozen when the session was issued. */
  readonly inline: Policy | undefined;
  /** ARNs: a managed policy works as it stands at each request. */
  readonly managed: readonly string[];
}

export interface Sessions {
  issue(session: NewSession): Session;
  /** By the key alone: whether the token belongs to it is for the caller to check. */
  find(accessKeyId: string): Session | undefined;
}

/** Above this, sessions that have ended are cleared away. */
const manySessions = 10_000;

export function sessions(clock: () => Date): Sessions {
  const byKey = new Map<string, Session>();
  return {
    issue(session) {
      const now = clock();
      if (byKey.size >= manySessions) {
        for (const [key, { expires }] of byKey) if (expires <= now) byKey.delete(key);
      }
      const issued: Session = {
        ...session,
        issued: now,
        accessKeyId: accessKeyId('ASIA', session.account, randomBytes(5)),
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: `IQoJ${randomBytes(255).toString('base64')}`,
      };
      byKey.set(issued.accessKeyId, issued);
      return issued;
    },
    find: (key) => byKey.get(key),
  };
}

/** Equal without telling by its time how much of it is. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(left), digest(right));
}
