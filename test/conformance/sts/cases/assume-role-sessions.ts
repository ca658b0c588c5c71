// AssumeRole: how long a session lasts, what it carries, what it hands down.

import { expect } from 'vitest';
import { type Cast, everyAssuming } from '../cast.ts';
import { alsoByCli, type CallRow, denied, type Group, type Input, invalid, notAuthorized } from '../row.ts';
import { documentOf, permits, sessionArn, trusts } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const tooLongForRole = invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
const tooLongForChain = invalid(
  'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
);
const alreadySet = invalid('The source identity is already set for this assume role session');

export function assumeRoleSessions(world: World, { ali, hub }: Cast): Group {
  const { account } = world;
  const long = world.role({ name: 'long', maxSeconds: 43_200, trust: [trusts({ AWS: account })] });
  const open = world.role({ name: 'open', trust: [trusts({ AWS: account }, { actions: everyAssuming })] });
  const onlyAssume = world.role({ name: 'only-assume', trust: [trusts({ AWS: account })] });
  const pathed = world.role({ name: 'pathed', path: '/teams/blue/', trust: [trusts({ AWS: account })] });
  // One equality for two actions: whoever says nothing may not assume, whoever says another may not set.
  const identified = world.role({
    name: 'identified',
    trust: [
      trusts(
        { AWS: account },
        {
          actions: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
          when: { StringEquals: { 'sts:SourceIdentity': 'ali' } },
        },
      ),
    ],
  });
  const onward = {
    trust: [trusts({ AWS: account }, { actions: everyAssuming })],
    permissions: [permits(everyAssuming, `arn:aws:iam::*:role/*${world.target.prefix}*`), permits('iam:ListRoles')],
  };
  const second = world.role({ name: 'second', ...onward });
  const untagging = world.role({
    name: 'untagging',
    trust: [trusts({ AWS: account })],
    permissions: [permits('sts:AssumeRole')],
  });

  const inHub = world.session(ali, { RoleArn: hub });
  const tagged = world.session(ali, {
    RoleArn: hub,
    RoleSessionName: 'transitive',
    Tags: [
      { Key: 'tenant', Value: 'blue' },
      { Key: 'stage', Value: 'test' },
    ],
    TransitiveTagKeys: ['tenant'],
  });
  const twice = world.session(tagged, { RoleArn: second, RoleSessionName: 'twice' });
  const identifiedInHub = world.session(ali, { RoleArn: hub, RoleSessionName: 'identified', SourceIdentity: 'ali' });
  const handsDown = world.session(identifiedInHub, { RoleArn: second, RoleSessionName: 'handed' });
  const byTag = world.role({
    name: 'by-tag',
    trust: [
      trusts(
        { AWS: account },
        {
          actions: everyAssuming,
          when: { StringEquals: { 'aws:RequestTag/tenant': 'blue', 'aws:PrincipalTag/tenant': 'blue' } },
        },
      ),
    ],
  });
  const bySource = world.role({
    name: 'by-source',
    trust: [
      trusts({ AWS: account }, { actions: everyAssuming, when: { StringEquals: { 'aws:SourceIdentity': 'ali' } } }),
    ],
  });
  const byStage = world.role({
    name: 'by-stage',
    trust: [
      trusts({ AWS: account }, { actions: everyAssuming, when: { StringEquals: { 'aws:RequestTag/stage': 'test' } } }),
    ],
  });

  const asks = (as: Caller, says: string, input: Input, answer: Partial<CallRow>): CallRow => ({
    ...{ says, as, input: { RoleSessionName: 'session', ...input } },
    ...answer,
  });
  return {
    name: 'AssumeRole: sessions',
    operation: 'AssumeRole',
    rows: [
      alsoByCli(
        asks(
          ali,
          'a session lasts an hour, and has all its members',
          { RoleArn: hub },
          {
            lasts: 3600,
            gives: {
              Credentials: {
                AccessKeyId: expect.stringMatching(/^ASIA[Q-Z2-7][A-Z2-7]{15}$/),
                SecretAccessKey: expect.stringMatching(/^.{40}$/),
                SessionToken: expect.stringMatching(/^.{100,4095}$/),
              },
              AssumedRoleUser: {
                AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:session$/),
                Arn: sessionArn(hub),
              },
            },
            lacks: ['PackedPolicySize', 'SourceIdentity'],
          },
        ),
      ),
      asks(
        ali,
        'a session’s ARN is without the role’s path',
        { RoleArn: pathed },
        {
          gives: {
            AssumedRoleUser: { Arn: `arn:aws:sts::${account}:assumed-role/${world.target.prefix}pathed/session` },
          },
        },
      ),
      asks(ali, 'the least is a quarter of an hour', { RoleArn: hub, DurationSeconds: 900 }, { lasts: 900 }),
      asks(
        ali,
        'the most is twelve hours, of a role that allows it',
        { RoleArn: long, DurationSeconds: 43_200 },
        {
          lasts: 43_200,
        },
      ),
      asks(ali, 'a role that allows twelve hours gives one unless asked', { RoleArn: long }, { lasts: 3600 }),
      alsoByCli(
        asks(
          ali,
          'a role that says nothing allows an hour',
          { RoleArn: hub, DurationSeconds: 3601 },
          {
            refuses: tooLongForRole,
          },
        ),
      ),
      alsoByCli(
        asks(
          inHub,
          'a session of a session has an hour at most',
          { RoleArn: long, DurationSeconds: 7200 },
          {
            refuses: tooLongForChain,
          },
        ),
      ),
      asks(inHub, 'and may have the hour', { RoleArn: long, DurationSeconds: 3600 }, { lasts: 3600 }),
      asks(
        inHub,
        'the role’s own limit comes first',
        { RoleArn: second, DurationSeconds: 7200 },
        {
          refuses: tooLongForRole,
        },
      ),
      asks(
        world.signedIn(ali),
        'a session of GetSessionToken is no role, and may have twelve hours',
        {
          RoleArn: long,
          DurationSeconds: 43_200,
        },
        { lasts: 43_200 },
      ),
      alsoByCli(
        asks(
          ali,
          'a session policy has a packed size',
          { RoleArn: hub, Policy: documentOf(permits('s3:*')) },
          {
            gives: { PackedPolicySize: expect.any(Number) },
          },
        ),
      ),
      asks(
        ali,
        'and so has a managed session policy',
        { RoleArn: hub, PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
        { gives: { PackedPolicySize: expect.any(Number) } },
      ),
      asks(
        ali,
        'and so have tags',
        { RoleArn: hub, Tags: [{ Key: 'a', Value: 'b' }] },
        {
          gives: { PackedPolicySize: expect.any(Number) },
        },
      ),
      asks(
        ali,
        'tags that do not fit are too large',
        {
          RoleArn: hub,
          Tags: Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: noise(index, 256) })),
        },
        { refuses: [400, 'PackedPolicyTooLarge', /^Packed size of session tags consumes \d+% of allotted space\.$/] },
      ),
      alsoByCli(
        asks(
          ali,
          'tags need TagSession',
          { RoleArn: onlyAssume, Tags: [{ Key: 'a', Value: 'b' }] },
          {
            refuses: notAuthorized(ali.arn, 'sts:TagSession', onlyAssume),
          },
        ),
      ),
      asks(
        tagged,
        'tags that are handed down need it, too',
        { RoleArn: onlyAssume },
        {
          refuses: notAuthorized(tagged.arn, 'sts:TagSession', onlyAssume),
        },
      ),
      asks(
        tagged,
        'a transitive tag is in the next request',
        { RoleArn: byTag },
        {
          gives: { PackedPolicySize: expect.any(Number) },
        },
      ),
      asks(twice, 'and in that after it', { RoleArn: byTag }, { gives: { PackedPolicySize: expect.any(Number) } }),
      asks(
        tagged,
        'a tag that is not transitive is not',
        { RoleArn: byStage },
        {
          refuses: notAuthorized(tagged.arn, 'sts:AssumeRole', byStage),
        },
      ),
      asks(
        tagged,
        'it may be given again',
        { RoleArn: byStage, Tags: [{ Key: 'stage', Value: 'test' }] },
        {
          gives: { AssumedRoleUser: { Arn: sessionArn(byStage) } },
        },
      ),
      asks(
        tagged,
        'a transitive tag may not',
        { RoleArn: byTag, Tags: [{ Key: 'Tenant', Value: 'red' }] },
        {
          refuses: [
            400,
            'InvalidParameterValue',
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
          ],
        },
      ),
      alsoByCli(
        asks(
          ali,
          'a source identity is echoed',
          { RoleArn: open, SourceIdentity: 'ali' },
          {
            gives: { SourceIdentity: 'ali' },
          },
        ),
      ),
      asks(
        ali,
        'it needs SetSourceIdentity',
        { RoleArn: onlyAssume, SourceIdentity: 'ali' },
        {
          refuses: notAuthorized(ali.arn, 'sts:SetSourceIdentity', onlyAssume),
        },
      ),
      asks(identifiedInHub, 'it is handed down', { RoleArn: second }, { gives: { SourceIdentity: 'ali' } }),
      asks(handsDown, 'again and again', { RoleArn: open }, { gives: { SourceIdentity: 'ali' } }),
      asks(
        identifiedInHub,
        'which needs SetSourceIdentity each time',
        { RoleArn: onlyAssume },
        {
          refuses: notAuthorized(identifiedInHub.arn, 'sts:SetSourceIdentity', onlyAssume),
        },
      ),
      asks(identifiedInHub, 'it cannot be changed', { RoleArn: open, SourceIdentity: 'bob' }, { refuses: alreadySet }),
      asks(
        identifiedInHub,
        'but repeated',
        { RoleArn: open, SourceIdentity: 'ali' },
        { gives: { SourceIdentity: 'ali' } },
      ),
      asks(
        identifiedInHub,
        'it is known of the session that asks',
        { RoleArn: bySource },
        {
          gives: { SourceIdentity: 'ali' },
        },
      ),
      asks(
        ali,
        'and of nobody who asks for one',
        { RoleArn: bySource, SourceIdentity: 'ali' },
        {
          refuses: notAuthorized(ali.arn, 'sts:SetSourceIdentity', bySource),
        },
      ),
      asks(
        ali,
        'a role that asks for one denies the assumption where there is none',
        { RoleArn: identified },
        {
          refuses: notAuthorized(ali.arn, 'sts:AssumeRole', identified),
        },
      ),
      asks(
        ali,
        'and the setting where it is another',
        { RoleArn: identified, SourceIdentity: 'bob' },
        {
          refuses: notAuthorized(ali.arn, 'sts:SetSourceIdentity', identified),
        },
      ),
      asks(
        ali,
        'and takes the one that it asks for',
        { RoleArn: identified, SourceIdentity: 'ali' },
        {
          gives: { SourceIdentity: 'ali' },
        },
      ),
      asks(
        world.session(ali, { RoleArn: untagging, RoleSessionName: 'plain' }),
        'without tags no TagSession is asked for',
        { RoleArn: onlyAssume },
        {
          gives: { AssumedRoleUser: { Arn: sessionArn(onlyAssume) } },
        },
      ),
      {
        says: 'a session has what its role has',
        as: inHub,
        operation: 'iam:ListRoles',
        gives: { Roles: expect.any(Array) },
      },
      {
        says: 'and no more',
        as: inHub,
        operation: 'iam:ListUsers',
        refuses: denied(/because no identity-based policy allows the iam:ListUsers action$/),
      },
    ],
  };
}

/** Text that does not compress, the same each time. */
function noise(seed: number, length: number): string {
  let state = seed + 1;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.charAt((state >> 16) % 62);
  }).join('');
}
