import type { ConcernedRole } from '../../lib/revoke/concerned-roles.ts';
import type { Holder, OurPolicies } from '../../lib/revoke/enforce.ts';
import type { Revocation, SessionTarget } from '../../lib/revoke/revocation.ts';
import { aMoment } from '../kit/issuer.ts';

export const account = '111122223333';
export const roleArn = (name = 'daypass-files') => `arn:aws:iam::${account}:role/${name}`;

/** The role of the grant `files`, for people of `app`, unless told otherwise. */
export const aRole = (changes: Partial<ConcernedRole> = {}): ConcernedRole => ({
  arn: roleArn(),
  grants: ['files'],
  people: [{ provider: 'app', subject: 'login.acme.example:sub', written: 'as it is', also: {} }],
  ...changes,
});

const by = 'arn:aws:iam::111122223333:user/ops';
const at = aMoment.toISOString();

export const aPerson = (subject = 'alice', provider = 'app') =>
  ({ kind: 'person', provider, subject, at, by }) as const;
export const aGrantRevoked = (grant = 'files', when = at) => ({ kind: 'grant', grant, at: when, by }) as const;
export const aRoleRevoked = (role = roleArn()) => ({ kind: 'role', role, at, by }) as const;

export const aSession = (changes: Partial<SessionTarget> = {}) =>
  ({
    kind: 'session',
    key: 'ASIAIOSFODNN7EXAMPLE',
    role: roleArn(),
    userId: 'AROAEXAMPLE:alice@acme.example',
    recorded: '2026-06-01T11:30:00.500Z',
    until: '2026-06-01T12:30:00.000Z',
    at,
    by,
    ...changes,
  }) as const satisfies Revocation;

/** IAM in memory; `room` is how much it takes. */
export function aRoleStore({ room = Number.POSITIVE_INFINITY, fails }: { room?: number; fails?: Error } = {}) {
  const documents = new Map<string, string>();
  const writes: string[] = [];
  const holders: Holder[] = [];
  const policies: OurPolicies = {
    get: async ({ name }) => {
      if (fails) throw fails;
      return documents.get(name);
    },
    put: async (holder, document) => {
      const { name } = holder;
      holders.push(holder);
      if (document.length > room) return false;
      writes.push(name);
      documents.set(name, document);
      return true;
    },
    remove: async ({ name }) => {
      writes.push(name);
      documents.delete(name);
    },
  };
  return { policies, documents, writes, holders };
}
