// Whether a caller may do something, asked by every service of the embedded AWS in the same way.

import { accessDenied } from '../../aws-query/aws-error.ts';
import { type AccessPolicies, authorize, layerNames, type ResourcePolicies } from '../../policy/authorize.ts';
import type { Keys } from '../../policy/context.ts';
import { awsContext } from '../../policy/context.ts';
import type { Verdict } from '../../policy/evaluate.ts';
import { requestKeys } from '../../policy/request-keys.ts';
import { type Caller, callerKeys, policiesOfCaller, principalOf } from './caller.ts';
import type { EmbeddedIam } from './iam/iam.ts';

export interface Access {
  readonly caller: Caller;
  readonly action: string;
  /** An ARN or `*`. */
  readonly resource: string;
  /** Besides those of the caller and of every request. */
  readonly keys?: Keys;
  /** The policy that the resource itself has. */
  readonly of?: ResourcePolicies;
}

export interface AccessScene {
  readonly iam: EmbeddedIam;
  readonly now: Date;
  readonly sourceIp: string;
}

/** What the decision is made of, so that whoever wants to explain it has the very same. */
export function accessOf({ caller, action, resource, keys = [], of }: Access, scene: AccessScene) {
  const policies: AccessPolicies = { ...policiesOfCaller(caller, scene.iam), ...(of && { resource: of }) };
  const known = [...requestKeys(scene), ...callerKeys(caller, scene.now), ...keys];
  return { policies, request: { caller: principalOf(caller), action, resource, context: awsContext(known) }, known };
}

export function judge(access: Access, scene: AccessScene): Verdict {
  const { policies, request } = accessOf(access, scene);
  return authorize(policies, request);
}

/** Throws AccessDenied, in the words that most services use. */
export function demand(access: Access, scene: AccessScene): void {
  const verdict = judge(access, scene);
  if (!verdict.allowed) throw accessDenied(deniedText(access, verdict));
}

export const deniedText = ({ caller, action, resource }: Access, verdict: Verdict): string =>
  `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${becauseOf(verdict, action)}`;

/** What AWS calls the layers of a decision. */
const calledByAws = new Map<string, string>([
  [layerNames.identity, 'identity-based policy'],
  [layerNames.boundary, 'permissions boundary'],
  [layerNames.session, 'session policy'],
  [layerNames.resource, 'resource-based policy'],
]);

function becauseOf(verdict: Verdict, action: string): string {
  if (verdict.allowed) return '';
  const layer = calledByAws.get(verdict.layer) ?? verdict.layer;
  const article = layer.startsWith('i') ? 'an' : 'a';
  return verdict.because === 'explicit deny'
    ? `with an explicit deny in ${article} ${layer}`
    : `because no ${layer} allows the ${action} action`;
}
