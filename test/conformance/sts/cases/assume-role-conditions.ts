// AssumeRole: what trust policies know of a call, and how they compare it.

import { type Cast, everyAssuming } from '../cast.ts';
import { alsoByCli, type CallRow, type Group, type Input, notAuthorized } from '../row.ts';
import { type Condition, sessionArn, trusts } from '../statements.ts';
import type { Need } from '../target.ts';
import type { Caller, World } from '../world.ts';

interface Case {
  readonly as?: Caller;
  readonly input?: Input;
  readonly tags?: Readonly<Record<string, string>>;
  readonly needs?: Need;
  readonly elsewhere?: true;
  /** Version of the trust policy. */
  readonly version?: string;
}

export function assumeRoleConditions(world: World, { ali, hub }: Cast): Group {
  const { account } = world;
  const pathed = world.user('pathed', { path: '/people/', tags: { team: 'green' } });
  const inHub = world.session(ali, { RoleArn: hub });
  const tagged = world.session(ali, {
    RoleArn: hub,
    RoleSessionName: 'tagged',
    Tags: [
      { Key: 'Team', Value: 'violet' },
      { Key: 'stage', Value: 'test' },
    ],
    TransitiveTagKeys: ['Team'],
  });
  const pathedHub = world.role({
    name: 'pathed-hub',
    path: '/teams/blue/',
    trust: [trusts({ AWS: ali.arn })],
  });
  const inPathedHub = world.session(ali, { RoleArn: pathedHub });

  const row = (allowed: boolean, says: string, when: Condition, about: Case): CallRow => {
    const { as = ali, input = {}, tags = {}, needs, elsewhere, version = '2012-10-17' } = about;
    const principals = [ali.arn, pathed.arn, hub, pathedHub];
    const Statement = [trusts({ AWS: principals }, { actions: everyAssuming, when })];
    const trust = JSON.stringify({ Version: version, Statement });
    const arn = world.role({ trust, tags, ...(elsewhere && { elsewhere }) });
    const answer = allowed
      ? { gives: { AssumedRoleUser: { Arn: sessionArn(arn, String(input.RoleSessionName ?? 'session')) } } }
      : { refuses: notAuthorized(as.arn, 'sts:AssumeRole', arn) };
    return {
      ...{ says, as, input: { RoleArn: arn, RoleSessionName: 'session', ...input } },
      ...(needs && { needs }),
      ...answer,
    };
  };
  const holds = (says: string, when: Condition, about: Case = {}) => row(true, `${says} holds`, when, about);
  const fails = (says: string, when: Condition, about: Case = {}) => row(false, `${says} fails`, when, about);

  const second = { elsewhere: true, needs: 'a second account' } as const;
  const externalId = { StringEquals: { 'sts:ExternalId': 'contract-17' } };
  const teamTag = { input: { Tags: [{ Key: 'team', Value: 'blue' }] } };
  return {
    name: 'AssumeRole: conditions',
    operation: 'AssumeRole',
    rows: [
      alsoByCli(
        holds('the external id that another account asks for', externalId, {
          ...second,
          input: { ExternalId: 'contract-17' },
        }),
      ),
      fails('another external id', externalId, { ...second, input: { ExternalId: 'contract-18' } }),
      fails('no external id', externalId, second),
      holds(
        'sts:RoleSessionName as the user’s own name',
        { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
        {
          input: { RoleSessionName: ali.name },
        },
      ),
      fails('sts:RoleSessionName as somebody else’s', { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } }),
      fails(
        'a variable in a document of version 2008-10-17',
        { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } },
        {
          input: { RoleSessionName: ali.name },
          version: '2008-10-17',
        },
      ),
      holds('a variable without a value and with a default', {
        StringEquals: { 'sts:RoleSessionName': "${aws:PrincipalTag/none, 'session'}" },
      }),
      fails('a variable without a value', { StringLike: { 'sts:RoleSessionName': '${aws:PrincipalTag/none}*' } }),
      fails('aws:username, which sessions of roles have not,', { StringLike: { 'aws:username': '*' } }, { as: inHub }),
      holds(
        'aws:PrincipalArn with the user’s path',
        { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:user/people/*` } },
        { as: pathed },
      ),
      holds(
        'aws:PrincipalArn as the role’s ARN with its path',
        { ArnEquals: { 'aws:PrincipalArn': pathedHub } },
        { as: inPathedHub },
      ),
      fails(
        'aws:PrincipalArn as the session’s ARN',
        { ArnEquals: { 'aws:PrincipalArn': sessionArn(hub) } },
        { as: inHub },
      ),
      holds('aws:PrincipalAccount', { StringEquals: { 'aws:PrincipalAccount': account } }),
      holds('aws:PrincipalType of a user', { StringEquals: { 'aws:PrincipalType': 'User' } }),
      holds('aws:PrincipalType of a session', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }, { as: inHub }),
      holds('aws:userid of a session', { StringLike: { 'aws:userid': 'AROA*:session' } }, { as: inHub }),
      holds(
        'aws:PrincipalOrgID of the organisation',
        { StringLike: { 'aws:PrincipalOrgID': 'o-*' } },
        { ...second, needs: 'an organisation' },
      ),
      fails(
        'aws:PrincipalOrgID of another',
        { StringEquals: { 'aws:PrincipalOrgID': 'o-anotherone1' } },
        { ...second, needs: 'an organisation' },
      ),
      holds('aws:PrincipalTag of a user', { StringEquals: { 'aws:PrincipalTag/team': 'blue' } }),
      fails('aws:PrincipalTag in other letters', { StringEquals: { 'aws:PrincipalTag/team': 'Blue' } }),
      holds(
        'aws:PrincipalTag of a session over that of its role, whatever the case of its key,',
        { StringEquals: { 'aws:PrincipalTag/team': 'violet' } },
        { as: tagged },
      ),
      alsoByCli(
        holds('aws:RequestTag', { StringEquals: { 'aws:RequestTag/team': '${aws:PrincipalTag/team}' } }, teamTag),
      ),
      fails(
        'aws:RequestTag of another value',
        { StringEquals: { 'aws:RequestTag/team': 'red' } },
        {
          // TagSession is not asked before the assumption is.
          ...teamTag,
        },
      ),
      holds(
        'ForAllValues of aws:TagKeys, where all are listed,',
        { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'floor'] } },
        teamTag,
      ),
      holds('ForAllValues of aws:TagKeys, where there are none,', {
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      }),
      fails('ForAnyValue of aws:TagKeys, where there are none,', {
        'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team'] },
      }),
      holds(
        'sts:TransitiveTagKeys',
        { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'team' } },
        {
          input: { ...teamTag.input, TransitiveTagKeys: ['team'] },
        },
      ),
      holds(
        'aws:ResourceTag of the role',
        { StringEquals: { 'aws:ResourceTag/stage': 'prod', 'iam:ResourceTag/stage': 'prod' } },
        { tags: { stage: 'prod' } },
      ),
      holds(
        'aws:ResourceTag as the transitive tag that was handed down',
        { StringEquals: { 'aws:ResourceTag/team': 'violet' } },
        { as: tagged, tags: { team: 'red' } },
      ),
      fails('Bool of aws:MultiFactorAuthPresent with long-term keys, which have it not,', {
        Bool: { 'aws:MultiFactorAuthPresent': 'false' },
      }),
      holds('BoolIfExists of aws:MultiFactorAuthPresent with long-term keys', {
        BoolIfExists: { 'aws:MultiFactorAuthPresent': 'true' },
      }),
      holds(
        'aws:MultiFactorAuthPresent as false in a session without MFA',
        { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
        { as: inHub },
      ),
      holds('Null of aws:TokenIssueTime with long-term keys', { Null: { 'aws:TokenIssueTime': 'true' } }),
      holds(
        'aws:TokenIssueTime of a session',
        { DateLessThanEquals: { 'aws:TokenIssueTime': '2100-01-01T00:00:00Z' } },
        { as: inHub },
      ),
      fails(
        'aws:TokenIssueTime of a session, later than now,',
        { DateGreaterThan: { 'aws:TokenIssueTime': '2100-01-01T00:00:00Z' } },
        { as: inHub },
      ),
      holds('aws:CurrentTime', { DateGreaterThan: { 'aws:CurrentTime': '2025-01-01T00:00:00Z' } }),
      holds('aws:EpochTime', { NumericGreaterThan: { 'aws:EpochTime': '1735689600' } }),
      holds(
        'aws:SourceIp',
        { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128'] } },
        { needs: 'an address of ours' },
      ),
      fails('aws:SourceIp elsewhere', { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }),
      holds('NotIpAddress of an address elsewhere', { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }),
      fails(
        'sts:DurationSeconds, which no AssumeRole has,',
        { NumericLessThanEquals: { 'sts:DurationSeconds': '3600' } },
        {
          input: { DurationSeconds: 900 },
        },
      ),
      fails('StringEquals of a missing key', { StringEquals: { 'sts:SourceIdentity': '' } }),
      holds('StringNotEquals of a missing key', { StringNotEquals: { 'sts:SourceIdentity': 'mallory' } }),
      fails('StringNotEquals of one of several values', {
        StringNotEquals: { 'sts:RoleSessionName': ['other', 'session'] },
      }),
      holds('StringLike with a question mark', { StringLike: { 'sts:RoleSessionName': 'sess?on' } }),
      fails('StringEquals of an asterisk', { StringEquals: { 'sts:RoleSessionName': 's*' } }),
      holds('StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 'sts:RoleSessionName': 'SESSION' } }),
      fails('one of two conditions', {
        StringEquals: { 'sts:RoleSessionName': 'session', 'aws:PrincipalTag/team': 'red' },
      }),
      holds('a condition key in other letters', { StringEquals: { 'STS:rolesessionname': 'session' } }),
    ],
  };
}
