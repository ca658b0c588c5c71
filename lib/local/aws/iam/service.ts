// IAM: the calls that make users, roles, policies and providers. Query protocol, version 2010-05-08.

import { demand } from '../access.ts';
import { invalidAction, invalidClientTokenId } from '../aws-error.ts';
import type { Caller } from '../caller.ts';
import { parametersOf } from '../parameters.ts';
import { queryAnswer, queryForm } from '../query-protocol.ts';
import type { Service } from '../service.ts';
import type { Sessions } from '../sessions.ts';
import { verifySignatureV4 } from '../signature-v4.ts';
import type { IamAction } from './action.ts';
import type { EmbeddedIam } from './iam.ts';
import { mfaActions } from './mfa-devices.ts';
import { policyActions } from './policies.ts';
import { providerActions } from './providers.ts';
import { roleActions } from './roles.ts';
import { userActions } from './users.ts';

const actions = new Map<string, IamAction>(
  Object.entries({ ...userActions, ...roleActions, ...policyActions, ...providerActions, ...mfaActions }),
);

const protocol = { version: '2010-05-08', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' };

export function iamService({ iam, sessions }: { readonly iam: EmbeddedIam; readonly sessions: Sessions }): Service {
  return queryAnswer(protocol, async (request) => {
    const { name, version, form } = queryForm(request, protocol);
    const action = version === protocol.version ? actions.get(name) : undefined;
    if (!action) throw invalidAction(name, version);
    const { now, sourceIp } = request;
    const { caller } = verifySignatureV4(request, { iam, sessions, service: 'iam', now });
    refuseTokens(caller);
    const account = iam.accounts.get(caller.account);
    if (!account) throw invalidClientTokenId();
    const call = { parameters: parametersOf(form), iam, account, caller, now };
    const keys = action.keys?.(call) ?? [];
    demand({ caller, action: `iam:${name}`, resource: action.on(call), keys }, { iam, now, sourceIp });
    return { name, result: action.run(call) };
  });
}

/** IAM takes no session of GetFederationToken, and one of GetSessionToken only when MFA was given for it. */
function refuseTokens({ kind, session }: Caller): void {
  const refused =
    kind === 'federated-user' || (kind === 'user' && session !== undefined && session.mfaAt === undefined);
  if (refused) throw invalidClientTokenId();
}
