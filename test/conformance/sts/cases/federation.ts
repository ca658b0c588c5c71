// GetFederationToken.

import { expect } from 'vitest';
import type { Cast } from '../cast.ts';
import { alsoByCli, type CallRow, denied, type Group, type Input, violation, type WireRow } from '../row.ts';
import { documentOf, permits } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const notWithSession = (operation: string) => denied(`Cannot call ${operation} with session credentials`);

export function federation(world: World, { ali, bob, hub }: Cast): Group {
  const { account } = world;
  const federatedArn = (name: string) => `arn:aws:sts::${account}:federated-user/${name}`;
  const fay = world.user('fay', {
    permissions: [
      permits(['sts:GetFederationToken', 's3:ListAllMyBuckets']),
      permits('sts:TagSession', federatedArn('tagged')),
    ],
    tags: { team: 'blue' },
  });
  const reads = world.policy('list-buckets', permits('s3:ListAllMyBuckets'));
  const federated = (Name: string, more: Input = {}) => world.federated(fay, { Name, ...more });

  const asks = (says: string, input: Input, answer: Partial<CallRow>, as: Caller = fay): CallRow => ({
    ...{ says, as, input: { Name: 'guest', ...input } },
    ...answer,
  });
  /** S3 knows a federated user by what its session policies leave. */
  const lists = (says: string, as: Caller, refuses?: WireRow['refuses']): WireRow => ({
    ...{ says, as, wire: { service: 's3', method: 'GET', form: '', headers: { 'x-amz-content-sha256': emptyHash } } },
    ...(refuses ? { refuses } : { body: [/<ListAllMyBucketsResult/] }),
  });
  const noSuchPermission = [403, 'AccessDenied', /./] as const;
  return {
    name: 'GetFederationToken',
    operation: 'GetFederationToken',
    rows: [
      alsoByCli(
        asks(
          'gives keys for twelve hours, and says who they are',
          {},
          {
            lasts: 43_200,
            gives: {
              Credentials: { AccessKeyId: expect.stringMatching(/^ASIA[Q-Z2-7][A-Z2-7]{15}$/) },
              FederatedUser: { FederatedUserId: `${account}:guest`, Arn: federatedArn('guest') },
            },
          },
        ),
      ),
      alsoByCli(asks('for 36 hours at most', { DurationSeconds: 129_600 }, { lasts: 129_600 })),
      asks('for a quarter of an hour at least', { DurationSeconds: 900 }, { lasts: 900 }),
      asks(
        'not for less',
        { DurationSeconds: 899 },
        {
          refuses: violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
        },
      ),
      asks(
        'not for more',
        { DurationSeconds: 129_601 },
        {
          refuses: violation('129601', 'durationSeconds', 'have value less than or equal to 129600'),
        },
      ),
      asks('a user has a name', { Name: undefined }, { refuses: violation(null, 'name', 'not be null') }),
      asks(
        'of two characters or more',
        { Name: 'a' },
        {
          refuses: violation('a', 'name', 'have length greater than or equal to 2'),
        },
      ),
      asks(
        'of 32 at most',
        { Name: 'a'.repeat(33) },
        {
          refuses: violation('a'.repeat(33), 'name', 'have length less than or equal to 32'),
        },
      ),
      asks(
        'and of no others than these',
        { Name: 'a b' },
        {
          refuses: violation('a b', 'name', 'satisfy regular expression pattern: [\\w+=,.@-]*'),
        },
      ),
      asks(
        'such as an address',
        { Name: 'guest+1@acme.example' },
        {
          gives: { FederatedUser: { Arn: federatedArn('guest+1@acme.example') } },
        },
      ),
      asks(
        'a session policy has 2048 characters at most',
        { Policy: documentOf(permits('s3:*')).padEnd(2049) },
        {
          refuses: [
            400,
            'ValidationError',
            /'policy' failed to satisfy constraint: Member must have length less than or equal to 2048$/,
          ],
        },
      ),
      asks('and is JSON', { Policy: '{' }, { refuses: [400, 'MalformedPolicyDocument', /./] }),
      alsoByCli(
        asks(
          'it has a packed size',
          { Policy: documentOf(permits('s3:*')) },
          {
            gives: { PackedPolicySize: expect.any(Number) },
          },
        ),
      ),
      alsoByCli(
        asks(
          'needs the permission',
          {},
          {
            refuses: denied(
              new RegExp(
                `^User: ${bob.arn} is not authorized to perform: sts:GetFederationToken on resource: ${federatedArn('guest')}`,
              ),
            ),
          },
          bob,
        ),
      ),
      asks(
        'tags need another',
        { Tags: [{ Key: 'a', Value: 'b' }] },
        {
          refuses: denied(
            new RegExp(
              `^User: ${fay.arn} is not authorized to perform: sts:TagSession on resource: ${federatedArn('guest')}`,
            ),
          ),
        },
      ),
      asks(
        'and have a packed size',
        { Name: 'tagged', Tags: [{ Key: 'a', Value: 'b' }] },
        {
          gives: { PackedPolicySize: expect.any(Number) },
        },
      ),
      asks(
        'keys of tags are compared without regard to case',
        {
          Name: 'tagged',
          Tags: [
            { Key: 'a', Value: 'b' },
            { Key: 'A', Value: 'b' },
          ],
        },
        {
          refuses: [
            400,
            'InvalidParameterValue',
            'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
          ],
        },
      ),
      asks(
        'refuses a session of a role',
        {},
        { refuses: notWithSession('GetFederationToken') },
        world.session(ali, { RoleArn: hub }),
      ),
      asks('refuses a federated user', {}, { refuses: notWithSession('GetFederationToken') }, federated('again')),
      lists('without a session policy its session has no permissions', federated('none'), noSuchPermission),
      lists('an inline policy gives it what the user has', federated('some', { Policy: documentOf(permits('s3:*')) })),
      lists('and so does a managed policy', federated('managed', { PolicyArns: [{ arn: reads }] })),
      lists(
        'and no more than it says',
        federated('less', { Policy: documentOf(permits('s3:GetObject')) }),
        noSuchPermission,
      ),
      {
        ...lists(
          'a condition sees the tags of the session',
          federated('tagged', {
            Tags: [{ Key: 'stage', Value: 'test' }],
            Policy: documentOf(permits('s3:*', '*', { StringEquals: { 'aws:PrincipalTag/stage': 'test' } })),
          }),
        ),
      },
      lists(
        'and those of the user',
        federated('blue', {
          Policy: documentOf(permits('s3:*', '*', { StringEquals: { 'aws:PrincipalTag/team': 'blue' } })),
        }),
      ),
      lists(
        'among which the session’s come first',
        federated('tagged', {
          Tags: [{ Key: 'TEAM', Value: 'red' }],
          Policy: documentOf(permits('s3:*', '*', { StringEquals: { 'aws:PrincipalTag/team': 'blue' } })),
        }),
        noSuchPermission,
      ),
      {
        says: 'its session has no IAM',
        as: federated('admin', { Policy: documentOf(permits('*')) }),
        operation: 'iam:ListRoles',
        refuses: [403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
      },
      {
        says: 'and no STS but GetCallerIdentity',
        as: federated('asker', { Policy: documentOf(permits('*')) }),
        operation: 'GetAccessKeyInfo',
        input: { AccessKeyId: 'ASIAY34FZKBOKMUTVV7A' },
        // The documentation says so, and not in which words.
        refuses: denied(/./),
      },
    ],
  };
}
