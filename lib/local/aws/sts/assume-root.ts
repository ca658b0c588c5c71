import { accessDenied, validationError } from '../../../aws-query/aws-error.ts';
import { arnCharacters, ParameterReader } from '../../../aws-query/parameters.ts';
import { judge } from '../access.ts';
import { rootArn } from '../caller.ts';
import { isRootTask } from '../iam/aws-managed-policies.ts';
import type { Action } from './action.ts';
import { credentialMembers, wholeSeconds } from './session.ts';

const longestSeconds = 900;

/** For one task in a member account of the organisation, from the account that manages it. */
export const assumeRoot: Action = (call) => {
  const { sessions, iam, now, parameters } = call;
  const { caller } = call.signedBy();
  const reader = new ParameterReader(parameters);
  const target = reader.text('TargetPrincipal', { required: true, shortest: 12, longest: 2048 }) ?? '';
  const arn = { shortest: 20, longest: 2048, pattern: arnCharacters };
  // The member is a structure of one: where that is missing, so is the member.
  const taskPolicy =
    reader.text('TaskPolicyArn.arn', arn) ?? reader.text('TaskPolicyArn', { ...arn, required: true }) ?? '';
  const seconds = reader.integer('DurationSeconds', { least: 0, most: longestSeconds }) ?? longestSeconds;
  reader.finish();
  const account = /^(?:arn:[\w-]+:iam::(\d{12}):root|(\d{12}))$/.exec(target)?.slice(1).find(Boolean);
  // AWS's own sentences for bad targets and tasks are not recorded.
  if (account === undefined) throw validationError(`${target} is invalid`);
  if (!isRootTask(taskPolicy)) throw validationError(`${taskPolicy} is not a root task policy`);

  const resource = rootArn(account);
  const keys = [['sts:TaskPolicyArn', taskPolicy]] as const;
  const mayAsk = caller.kind !== 'root' && caller.account === iam.management;
  const isMember = iam.accounts.has(account) && account !== iam.management;
  if (!mayAsk || !isMember || !judge({ caller, action: 'sts:AssumeRoot', resource, keys }, call).allowed) {
    throw accessDenied(`User: ${caller.arn} is not authorized to perform: sts:AssumeRoot on resource: ${resource}`);
  }
  const session = sessions.issue({
    account,
    principal: { kind: 'root' },
    expires: wholeSeconds(now, seconds),
    policies: { inline: undefined, managed: [taskPolicy] },
    ...(caller.session?.sourceIdentity !== undefined && { sourceIdentity: caller.session.sourceIdentity }),
  });
  return { Credentials: credentialMembers(session), SourceIdentity: caller.session?.sourceIdentity };
};
