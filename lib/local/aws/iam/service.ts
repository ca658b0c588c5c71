// IAM: the calls that make users, roles, policies and providers. Query protocol, version 2010-05-08.

import { invalidAction, invalidClientTokenId } from '../../../aws-query/aws-error.ts';
import { parametersOf } from '../../../aws-query/parameters.ts';
import type { Keys } from '../../../policy/context.ts';
import { roleTagKeys } from '../../../policy/request-keys.ts';
import { demand } from '../access.ts';
import type { Caller } from '../caller.ts';
import { queryAnswer, queryForm } from '../query-protocol.ts';
import type { Service } from '../service.ts';
import type { Sessions } from '../sessions.ts';
import { verifySignatureV4 } from '../signature-v4.ts';
import { type IamAction, type IamCall, tagsIn } from './action.ts';
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
    const resource = action.on(call);
    const keys = [...(action.keys?.(call) ?? []), ...tagKeysOf(call, resource)];
    // Whoever makes something with tags tags it.
    const tagging = taggedAtBirth.get(name);
    const asked = [name, ...(tagging !== undefined && tagsIn(call).size > 0 ? [tagging] : [])];
    for (const each of asked) demand({ caller, action: `iam:${each}`, resource, keys }, { iam, now, sourceIp });
    return { name, result: action.run(call) };
  });
}

const taggedAtBirth = new Map([
  ['CreateUser', 'TagUser'],
  ['CreateRole', 'TagRole'],
]);

/** The tags of what is asked for, and those of the request. */
function tagKeysOf(call: IamCall, resource: string): Keys {
  const requested = [...tagsIn(call)];
  const named = [
    ...requested.map(([key]) => key),
    ...call.parameters.members('TagKeys').map((each) => each.get('') ?? ''),
  ];
  return [
    ...roleTagKeys(call.iam.holder(resource)?.tags ?? new Map()),
    ...requested.map(([key, value]) => [`aws:RequestTag/${key}`, value] as const),
    ...(named.length > 0 ? [['aws:TagKeys', named] as const] : []),
  ];
}

/** IAM takes no session of GetFederationToken, and one of GetSessionToken only when MFA was given for it. */
function refuseTokens({ kind, session }: Caller): void {
  const refused =
    kind === 'federated-user' || (kind === 'user' && session !== undefined && session.mfaAt === undefined);
  if (refused) throw invalidClientTokenId();
}
