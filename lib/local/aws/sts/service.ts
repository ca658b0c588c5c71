// STS: the Query protocol, version 2011-06-15.

import { stsProtocol } from '../../../aws-query/answer.ts';
import { accessDenied, invalidAction, regionDisabled } from '../../../aws-query/aws-error.ts';
import { parametersOf } from '../../../aws-query/parameters.ts';
import { isOptIn } from '../organization.ts';
import { queryAnswer, queryForm } from '../query-protocol.ts';
import type { AwsAnswer, AwsRequest, Service } from '../service.ts';
import { type Signed, verifySignatureV4 } from '../signature-v4.ts';
import type { Action, Sts } from './action.ts';
import { assumeRole } from './assume-role.ts';
import { assumeRoleWithSaml } from './assume-role-with-saml.ts';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts';
import { assumeRoot } from './assume-root.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import { getAccessKeyInfo } from './get-access-key-info.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { getDelegatedAccessToken } from './get-delegated-access-token.ts';
import { getFederationToken } from './get-federation-token.ts';
import { getSessionToken } from './get-session-token.ts';
import { getWebIdentityToken } from './get-web-identity-token.ts';

/** TagSession, SetSourceIdentity and the like are permissions that these ask for, never calls of their own. */
export const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['AssumeRole', assumeRole],
  ['AssumeRoleWithSAML', assumeRoleWithSaml],
  ['AssumeRoleWithWebIdentity', assumeRoleWithWebIdentity],
  ['AssumeRoot', assumeRoot],
  ['DecodeAuthorizationMessage', decodeAuthorizationMessage],
  ['GetAccessKeyInfo', getAccessKeyInfo],
  ['GetCallerIdentity', getCallerIdentity],
  ['GetDelegatedAccessToken', getDelegatedAccessToken],
  ['GetFederationToken', getFederationToken],
  ['GetSessionToken', getSessionToken],
  ['GetWebIdentityToken', getWebIdentityToken],
]);

/** What sessions of GetFederationToken and GetSessionToken may ask STS for, whatever policies say. */
const allowedWith = new Map([
  ['federated-user', ['GetCallerIdentity']],
  ['user', ['AssumeRole', 'GetCallerIdentity']],
]);

export function stsService(sts: Sts): Service {
  const answer = queryAnswer(stsProtocol, async (request) => {
    const { name, version, form } = queryForm(request, stsProtocol);
    const action = version === stsProtocol.version ? actions.get(name) : undefined;
    if (!action) throw invalidAction(name, version);
    const { iam, sessions, enabledRegions } = sts;
    const { now, sourceIp } = request;
    const signedBy = (): Signed => {
      const signed = verifySignatureV4(request, { iam, sessions, service: 'sts', now });
      checkRegion(signed, enabledRegions);
      checkSession(name, signed);
      return signed;
    };
    return { name, result: await action({ ...sts, parameters: parametersOf(form), now, sourceIp, signedBy }) };
  });
  return async (request) => (asksForNothing(request) ? aboutSts : answer(request));
}

/** Without an action, and not as a form: a browser that came by. */
const asksForNothing = (request: AwsRequest) =>
  !request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') &&
  queryForm(request, stsProtocol).name === '';

/** That AWS redirects is recorded, where to is not: whoever comes by here stays here. */
const aboutSts: AwsAnswer = { status: 302, body: '' };

function checkRegion({ caller, region }: Signed, enabled: readonly string[]): void {
  if (!isOptIn(region) || enabled.includes(region)) return;
  throw regionDisabled(
    `STS is not activated in this region for account:${caller.account}. Your account administrator can activate STS in this region using the IAM Console.`,
  );
}

/** GetSessionToken and GetFederationToken say it in words of their own. */
const speakForThemselves = ['GetSessionToken', 'GetFederationToken', 'AssumeRole'];

function checkSession(name: string, { caller }: Signed): void {
  const allowed = caller.session && allowedWith.get(caller.kind);
  if (!allowed || allowed.includes(name) || speakForThemselves.includes(name)) return;
  throw accessDenied(`Cannot call ${name} with session credentials`);
}
