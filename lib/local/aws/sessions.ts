import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { accessKeyId } from './identifiers.ts';

/** A role session that was issued here. Nobody else's keys are known. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expires: Date;
  readonly account: string;
  readonly roleId: string;
  /** `assumed-role/{role}/{session}`: the role's path is not in it. */
  readonly arn: string;
  /** `{role id}:{session name}`. */
  readonly userId: string;
}

export type NewSession = Pick<Session, 'account' | 'roleId' | 'arn' | 'userId' | 'expires'>;

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
      if (byKey.size >= manySessions) {
        for (const [key, { expires }] of byKey) if (expires <= clock()) byKey.delete(key);
      }
      const issued: Session = {
        ...session,
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
