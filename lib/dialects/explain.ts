// POST /v1/explain and POST /v1/admin/explain: why not. A caller is told of his own claims; an operator of everything.

import type { Explanation } from '../explain/explanation.ts';
import type { PresentedProof } from '../identity/identity.ts';
import type { Dialect } from './dialect.ts';
import type { HttpRequest } from './http.ts';
import { answerJson, malformed, readJson, refuseInJson } from './json.ts';
import { proofIn, textIn } from './members.ts';
import { operatorOf } from './operator.ts';
import { adminExplainRequest, explainRequest } from './schemas.ts';

export type ExplainAsked =
  | { readonly by: 'caller'; readonly proof: PresentedProof; readonly grant: string }
  | {
      readonly by: 'operator';
      /** The ARN that signed the request. */
      readonly operator: string;
      readonly grant: string;
      /** A token, or claims as the provider of this name would prove them. */
      readonly proof:
        | { readonly token: string }
        | { readonly provider: string; readonly claims: ReadonlyMap<string, unknown> };
    };

export type ExplainAnswered =
  | { readonly to: 'caller'; readonly own: OwnClaims }
  | { readonly to: 'operator'; readonly explanation: Explanation };

/** What a caller may know: what was read of his proof, and which of it the grant looked at in vain. */
export interface OwnClaims {
  readonly verdict: Explanation['verdict'];
  readonly provider: string;
  readonly subject: string;
  readonly provenUntil: Date;
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** Claims that are there in a form that no condition can judge. */
  readonly notComparable: readonly string[];
  /** Names of claims that are his. */
  readonly lookedAtInVain: readonly string[];
  /** The grants that he may have. */
  readonly grants: readonly string[];
}

const operatorPath = '/v1/admin/explain';

export const explain: Dialect<ExplainAsked, ExplainAnswered> = {
  read(request) {
    return request.path === operatorPath ? readOperator(request) : readCaller(request);
  },

  answer(answered) {
    if (answered.to === 'operator') return answerJson(200, answered.explanation);
    const { claims, ...own } = answered.own;
    return answerJson(200, { ...own, claims: Object.fromEntries(claims) });
  },

  refuse: refuseInJson,
};

function readCaller(request: HttpRequest): ExplainAsked {
  const body = readJson(request, Object.keys(explainRequest.properties));
  return { by: 'caller', grant: textIn(body, 'grant'), proof: proofIn(body) };
}

function readOperator(request: HttpRequest): ExplainAsked {
  const operator = operatorOf(request);
  const body = readJson(request, Object.keys(adminExplainRequest.properties));
  const grant = textIn(body, 'grant');
  if (!body.has('claims')) return { by: 'operator', operator, grant, proof: { token: textIn(body, 'token') } };
  if (body.has('token')) throw malformed('Send "token" or "claims", not both.');
  const claims = body.get('claims');
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw malformed('"claims" must be an object, and "provider" the name of the provider that would prove them.');
  }
  return {
    by: 'operator',
    operator,
    grant,
    proof: { provider: textIn(body, 'provider'), claims: new Map(Object.entries(claims)) },
  };
}
