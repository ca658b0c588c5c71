// Tags that may be left out, left out where STS says that the session is too large.

import { Refusal } from '../refusal.ts';
import type { SessionPlan } from '../session/plan-session.ts';
import type { CredentialIssuer } from './credential-issuer.ts';

/** The one attempt with all tags, one without those of the lowest number, one without any that may be left out. */
export function leavingTagsOut(issuer: CredentialIssuer): CredentialIssuer {
  return {
    async issue(plan) {
      const orders = [...new Set(plan.tags?.flatMap(({ drop }) => drop ?? []))].sort((a, b) => a - b);
      const [first = 0, last = first] = [orders[0], orders.at(-1)];
      for (const upTo of new Set([0, first, last])) {
        try {
          const { smaller, leftOut } = without(plan, upTo);
          const issued = await issuer.issue(smaller);
          return leftOut.length === 0 ? issued : { ...issued, tagsLeftOut: leftOut };
        } catch (error) {
          const isTooLarge = error instanceof Refusal && error.code === 'session_too_large';
          if (!isTooLarge || upTo === last) throw error;
        }
      }
      throw new Error('There is always a first attempt.');
    },
  };
}

function without(plan: SessionPlan, upTo: number) {
  const { tags = [], transitiveTags = [] } = plan;
  const leftOut = tags.flatMap(({ key, drop = Number.POSITIVE_INFINITY }) => (drop <= upTo ? [key] : []));
  const stays = (key: string) => !leftOut.includes(key);
  const smaller = { tags: tags.filter(({ key }) => stays(key)), transitiveTags: transitiveTags.filter(stays) };
  return { leftOut, smaller: leftOut.length === 0 ? plan : { ...plan, ...smaller } };
}
