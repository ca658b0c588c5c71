import { accessDenied, malformedInput, validationError } from '../../../aws-query/aws-error.ts';
import { checkRoleArn, type SessionParameters, sessionParameters } from '../../../aws-query/federated-requests.ts';
import { nameCharacters, ParameterReader } from '../../../aws-query/parameters.ts';
import { isSourceIdentityValue, sourceIdentityKey } from '../../../identity/aws-keys.ts';
import type { Keys } from '../../../policy/context.ts';
import { roleTagKeys } from '../../../policy/request-keys.ts';
import { judge } from '../access.ts';
import type { Caller } from '../caller.ts';
import type { Role } from '../iam/iam.ts';
import type { Action, Call } from './action.ts';
import { checkedMfa, type MfaParameters, mfaParameters } from './mfa.ts';
import { issueRoleSession, sessionMembers } from './session.ts';
import {
  checkedTags,
  type Inherited,
  readTags,
  readTransitiveTagKeys,
  tagKeys,
  tagsUnder,
  withInherited,
} from './session-tags.ts';

/**
 * Order: signature → parameters → who may call at all → tags and source identity → MFA → permissions → session policy,
 * duration, size. How AWS orders the last two relative to each other is recorded, relative to the permissions not; here
 * a stranger learns nothing about a role he may not assume.
 */
export const assumeRole: Action = (call) => {
  const { iam, now } = call;
  const { caller } = call.signedBy();
  const request = readRequest(call);
  refuseRoot(caller);
  // A federated user may ask STS who it is, and nothing else.
  if (caller.kind === 'federated-user') throw notAuthorized(caller, 'sts:AssumeRole', request.roleArn);
  const carried = withInherited(checkedTags(request.tags), request.transitiveTagKeys, inheritedBy(caller));
  const sourceIdentity = sourceIdentityOf(request, caller);
  const user = caller.holder?.kind === 'user' && !caller.session ? caller.holder : undefined;
  const mfaAt = checkedMfa(request, { user, iam, now });

  const role = iam.role(request.roleArn);
  // A role that does not exist, one that does not trust, and a caller that may not sound alike.
  if (!role) throw notAuthorized(caller, 'sts:AssumeRole', request.roleArn);
  authorizeAssuming(call, { caller, request, role, carried, sourceIdentity, mfaAt });

  const { sessionName } = request;
  const { session, packedPolicySize } = issueRoleSession(call, {
    role,
    sessionName,
    parameters: request,
    carried: [...carried.tags].flat(),
    shortens: [],
    chained: caller.kind === 'role',
    now,
    ...carried,
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(mfaAt && { mfaAt }),
  });
  const isBare = request.policy === undefined && request.policyArns.length === 0 && carried.tags.size === 0;
  const { Credentials, AssumedRoleUser } = sessionMembers(session, role, sessionName);
  return {
    AssumedRoleUser,
    Credentials,
    PackedPolicySize: isBare ? undefined : packedPolicySize,
    SourceIdentity: sourceIdentity,
  };
};

interface AssumeRoleRequest extends SessionParameters, MfaParameters {
  readonly sessionName: string;
  readonly tags: readonly (readonly [string, string])[];
  readonly transitiveTagKeys: readonly string[];
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
}

const mostContexts = 5;

function readRequest({ parameters }: Call): AssumeRoleRequest {
  const reader = new ParameterReader(parameters);
  // The model of this operation alone leaves the length of the policy open.
  const session = sessionParameters(reader, {});
  const name = { shortest: 2, longest: 64, pattern: nameCharacters };
  const request = {
    ...session,
    sessionName: reader.text('RoleSessionName', { ...name, required: true }) ?? '',
    tags: readTags(reader),
    transitiveTagKeys: readTransitiveTagKeys(reader),
    externalId: reader.text('ExternalId', {
      shortest: 2,
      longest: 1224,
      pattern: { text: '[\\w+=,.@:\\/-]*', form: /^[\w+=,.@:/-]*$/ },
    }),
    ...mfaParameters(reader),
    // The model says 64, like that of a session's name; AWS was seen to take 256.
    sourceIdentity: reader.text('SourceIdentity', name),
  };
  const contexts = reader.members('ProvidedContexts', mostContexts);
  reader.finish();
  checkRoleArn(request.roleArn);
  // `aws:` is a matter of the pattern at AWS; it has no sentence of its own.
  if (request.sourceIdentity !== undefined && !isSourceIdentityValue(request.sourceIdentity)) {
    throw validationError(
      `1 validation error detected: Value '${request.sourceIdentity}' at 'sourceIdentity' failed to satisfy constraint: Member must satisfy regular expression pattern: ${nameCharacters.text}`,
    );
  }
  // Identity Center's context assertions; there is none in the embedded account.
  if (contexts.length > 0) throw malformedInput('ProvidedContexts come from IAM Identity Center, which is not here.');
  return request;
}

function refuseRoot({ kind }: Caller): void {
  if (kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
}

const inheritedBy = ({ session }: Caller): Inherited => ({
  tags: session?.tags ?? new Map(),
  transitiveTagKeys: session?.transitiveTagKeys ?? [],
});

function sourceIdentityOf({ sourceIdentity }: AssumeRoleRequest, { session }: Caller): string | undefined {
  const earlier = session?.sourceIdentity;
  if (earlier !== undefined && sourceIdentity !== undefined && sourceIdentity !== earlier) {
    throw validationError('The source identity is already set for this assume role session');
  }
  return earlier ?? sourceIdentity;
}

interface Assuming {
  readonly caller: Caller;
  readonly request: AssumeRoleRequest;
  readonly role: Role;
  readonly carried: Inherited;
  readonly sourceIdentity: string | undefined;
  readonly mfaAt: Date | undefined;
}

const notAuthorized = ({ arn }: Caller, action: string, roleArn: string) =>
  accessDenied(`User: ${arn} is not authorized to perform: ${action} on resource: ${roleArn}`);

function authorizeAssuming(call: Call, { caller, request, role, carried, sourceIdentity, mfaAt }: Assuming): void {
  const { roleArn, sessionName, externalId } = request;
  const keys: Keys = [
    ['sts:RoleSessionName', sessionName],
    ...(externalId === undefined ? [] : [['sts:ExternalId', externalId] as const]),
    ...(sourceIdentity === undefined ? [] : [[sourceIdentityKey, sourceIdentity] as const]),
    ...tagKeys(carried.tags, carried.transitiveTagKeys),
    ...roleTagKeys(tagsUnder(inheritedBy(caller), role.tags)),
    // The code that came with this call counts for it.
    ...(mfaAt
      ? ([
          ['aws:MultiFactorAuthPresent', 'true'],
          ['aws:MultiFactorAuthAge', '0'],
        ] as const)
      : []),
  ];
  const actions = [
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    'sts:AssumeRole',
    ...(carried.tags.size > 0 ? ['sts:TagSession'] : []),
  ];
  const of = { account: role.account, policies: [role.trust.policy], mustAllow: true };
  for (const action of actions) {
    const verdict = judge({ caller, action, resource: roleArn, keys, of }, call);
    if (!verdict.allowed) throw notAuthorized(caller, action, roleArn);
  }
}
