// POST and GET /v1/admin/revoke: sessions, people, grants and roles are revoked, listed, and lifted again. For operators.

import type { RoleOutcome } from '../revoke/enforce.ts';
import type { Revocation } from '../revoke/revocation.ts';
import type { Dialect } from './dialect.ts';
import type { HttpRequest } from './http.ts';
import { answerJson, malformed, readJson, refuseInJson } from './json.ts';
import { textIn } from './members.ts';
import { type Form, grantForm, operatorOf, roleForm } from './operator.ts';
import { revokeRequest } from './schemas.ts';

/** What is revoked, as an operator names it: what it means to the configuration is for the door. */
export type NamedTarget = { readonly kind: Kind; readonly name: string };

export type RevokeAsked = { /** The ARN that signed the request. */ readonly operator: string } & (
  | { readonly wants: 'list' }
  | {
      readonly wants: 'revoke' | 'lift';
      readonly target: NamedTarget;
      readonly reason?: string;
      readonly dryRun: boolean;
    }
);

export type RevokeAnswered =
  | { readonly tells: 'list'; readonly revocations: readonly Revocation[] }
  | {
      readonly tells: 'done';
      readonly done: 'revoked' | 'lifted' | 'nothing';
      readonly changed: boolean;
      /** Nothing was done: the rest is what would be. */
      readonly dryRun?: true;
      readonly roles: readonly RoleOutcome[];
      readonly newExchanges: string;
    };

const kinds = ['session', 'person', 'grant', 'role'] as const;
type Kind = (typeof kinds)[number];

/** Nothing of it tells who is asked about it: IAM says so of itself. */
const propagation =
  'IAM is eventually consistent: AWS follows within seconds as a rule, and nobody has looked whether it does.';

const longestReason = 256;

const forms: Readonly<Record<Kind, Form>> = {
  session: [/^ASIA[A-Z0-9]{12,124}$/, 'the access key ID of a session: ASIA…'],
  person: [/^[^/]+\/.{1,512}$/s, 'a provider and a subject, as app/alice'],
  grant: grantForm,
  role: roleForm,
};

export const revoke: Dialect<RevokeAsked, RevokeAnswered> = {
  read(request) {
    const operator = operatorOf(request);
    return request.method === 'GET' ? { operator, wants: 'list' } : { operator, ...readChange(request) };
  },

  answer(answered) {
    if (answered.tells === 'list') return answerJson(200, { revocations: answered.revocations });
    const { tells: _, ...done } = answered;
    return answerJson(200, { ...done, propagation });
  },

  refuse: refuseInJson,
};

function readChange(request: HttpRequest) {
  const body = readJson(request, Object.keys(revokeRequest.properties));
  const named = kinds.filter((kind) => body.has(kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1) throw malformed(`Name one of ${kinds.join(', ')}.`);
  const name = textIn(body, kind);
  const [form, is] = forms[kind];
  if (!form.test(name)) throw malformed(`"${kind}" must be ${is}.`);
  const flag = (member: 'lift' | 'dryRun') => {
    const value = body.get(member) ?? false;
    if (typeof value !== 'boolean') throw malformed(`"${member}" must be true or false.`);
    return value;
  };
  const reason = body.has('reason') ? textIn(body, 'reason') : undefined;
  if ((reason?.length ?? 0) > longestReason) throw malformed(`"reason" must have at most ${longestReason} characters.`);
  return {
    wants: flag('lift') ? ('lift' as const) : ('revoke' as const),
    target: { kind, name },
    ...(reason !== undefined && { reason }),
    dryRun: flag('dryRun'),
  };
}
