import { accessDenied } from '../../../aws-query/aws-error.ts';
import { policyParameters, shortestSeconds } from '../../../aws-query/federated-requests.ts';
import { nameCharacters, ParameterReader } from '../../../aws-query/parameters.ts';
import { judge } from '../access.ts';
import type { Action } from './action.ts';
import { longestTokenSeconds, refuseSessions, secondsFor } from './get-session-token.ts';
import { checkedSize, credentialMembers, sessionPolicies, wholeSeconds } from './session.ts';
import { checkedTags, readTags, tagKeys } from './session-tags.ts';

/** The federated user has what the user has and the session policies allow; without any of them nothing. */
export const getFederationToken: Action = (call) => {
  const { sessions, iam, now, parameters } = call;
  const { caller } = call.signedBy();
  const reader = new ParameterReader(parameters);
  const name = reader.text('Name', { required: true, shortest: 2, longest: 32, pattern: nameCharacters }) ?? '';
  const policy = policyParameters(reader);
  const wanted = reader.integer('DurationSeconds', { least: shortestSeconds, most: longestTokenSeconds });
  const written = readTags(reader);
  reader.finish();
  refuseSessions(caller, 'GetFederationToken');

  const { account } = caller;
  const tags = checkedTags(written);
  const arn = `arn:aws:sts::${account}:federated-user/${name}`;
  for (const action of ['sts:GetFederationToken', ...(tags.size > 0 ? ['sts:TagSession'] : [])]) {
    const verdict = judge({ caller, action, resource: arn, keys: tagKeys(tags) }, call);
    if (!verdict.allowed) {
      throw accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arn}`);
    }
  }
  const policies = sessionPolicies(policy, account, iam);
  const packed = checkedSize(policy, [...tags].flat());
  const session = sessions.issue({
    account,
    principal: { kind: 'federated-user', userId: caller.holder?.id, name },
    expires: wholeSeconds(now, secondsFor(caller, wanted)),
    ...(policies && { policies }),
    tags,
  });
  return {
    Credentials: credentialMembers(session),
    FederatedUser: { FederatedUserId: `${account}:${name}`, Arn: arn },
    PackedPolicySize: policies || tags.size > 0 ? packed : undefined,
  };
};
