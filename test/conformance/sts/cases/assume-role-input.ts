// AssumeRole: what its parameters may be.

import { expect } from 'vitest';
import { type Cast, everyAssuming } from '../cast.ts';
import { alsoByCli, type CallRow, type Group, invalid, type Refusal, violation } from '../row.ts';
import { documentOf, permits, trusts } from '../statements.ts';
import type { World } from '../world.ts';

const namePattern = '[\\w+=,.@-]*';
const arnPattern = '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+';
const pattern = (text: string) => `satisfy regular expression pattern: ${text}`;
const shortest = (length: number) => `have length greater than or equal to ${length}`;
const longest = (length: number) => `have length less than or equal to ${length}`;

export function assumeRoleInput(world: World, { ali }: Cast): Group {
  const role = world.role({ name: 'input', trust: [trusts({ AWS: ali.arn }, { actions: everyAssuming })] });
  const asked = (more: Readonly<Record<string, unknown>>) => ({ RoleArn: role, RoleSessionName: 'input', ...more });
  const row = (says: string, input: Readonly<Record<string, unknown>>, answer: Partial<CallRow>): CallRow => ({
    ...{ says, as: ali, input: asked(input) },
    ...answer,
  });
  const refused = (says: string, input: Readonly<Record<string, unknown>>, refuses: Refusal) =>
    row(says, input, { refuses });

  const long = 'x'.repeat(2029);
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));

  return {
    name: 'AssumeRole: parameters',
    operation: 'AssumeRole',
    rows: [
      alsoByCli(refused('a role must be named', { RoleArn: undefined }, violation(null, 'roleArn', 'not be null'))),
      refused(
        'a role’s ARN has 20 characters or more',
        { RoleArn: 'arn:aws:iam::1:role' },
        violation('arn:aws:iam::1:role', 'roleArn', shortest(20)),
      ),

      refused(
        'a role’s ARN has 2048 characters at most',
        { RoleArn: `arn:aws:iam::123456789012:role/${long}` },
        violation(`arn:aws:iam::123456789012:role/${long}`, 'roleArn', longest(2048)),
      ),
      alsoByCli(
        refused(
          'what is long enough and no ARN of a role is invalid',
          { RoleArn: ali.arn },
          invalid(`${ali.arn} is invalid`),
        ),
      ),

      refused(
        'a role’s ARN has no characters beyond the basic plane, whatever the pattern says',
        { RoleArn: `${role}𝒜` },
        violation(`${role}𝒜`, 'roleArn', pattern(arnPattern)),
      ),
      refused(
        'a session must have a name',
        { RoleSessionName: undefined },
        violation(null, 'roleSessionName', 'not be null'),
      ),
      alsoByCli(
        refused(
          'a session’s name has two characters or more',
          { RoleSessionName: 'a' },
          violation('a', 'roleSessionName', shortest(2)),
        ),
      ),
      refused(
        'a session’s name has 64 characters at most',
        { RoleSessionName: 'a'.repeat(65) },
        violation('a'.repeat(65), 'roleSessionName', longest(64)),
      ),
      row(
        'a session’s name may have 64',
        { RoleSessionName: 'a'.repeat(64) },
        {
          gives: { AssumedRoleUser: { Arn: expect.stringMatching(/\/a{64}$/) } },
        },
      ),
      alsoByCli(
        row(
          'a session’s name may have two, and every sign that is allowed',
          { RoleSessionName: 'aZ0_+=,.@-' },
          {
            gives: { AssumedRoleUser: { AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:aZ0_\+=,\.@-$/) } },
          },
        ),
      ),
      ...['a b', 'a/b', 'a:b', 'ä1'].map((name) =>
        refused(
          `a session is not named "${name}"`,
          { RoleSessionName: name },
          violation(name, 'roleSessionName', pattern(namePattern)),
        ),
      ),
      refused(
        'two violations are told together, in either order',
        { RoleSessionName: '/' },
        invalid(
          /^2 validation errors detected: (?=.*Value '\/' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2)(?=.*Value '\/' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\w\+=,\.@-\]\*)/,
        ),
      ),
      alsoByCli(
        refused(
          '899 seconds are too few',
          { DurationSeconds: 899 },
          violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
        ),
      ),
      refused(
        '43201 seconds are too many for any role',
        { DurationSeconds: 43_201 },
        violation('43201', 'durationSeconds', 'have value less than or equal to 43200'),
      ),

      refused(
        'a negative duration is too short, not malformed',
        { DurationSeconds: -1 },
        violation('-1', 'durationSeconds', 'have value greater than or equal to 900'),
      ),
      refused(
        'an external id has two characters or more',
        { ExternalId: 'x' },
        violation('x', 'externalId', shortest(2)),
      ),

      refused(
        'an external id has 1224 characters at most',
        { ExternalId: 'x'.repeat(1225) },
        violation('x'.repeat(1225), 'externalId', longest(1224)),
      ),
      alsoByCli(
        refused(
          'an external id has no blanks',
          { ExternalId: 'x y' },
          violation('x y', 'externalId', pattern('[\\w+=,.@:\\/-]*')),
        ),
      ),
      row(
        'an external id that nobody asked for does no harm, and is not echoed',
        { ExternalId: 'a:b/c=d'.repeat(174) },
        {
          lacks: ['ExternalId'],
        },
      ),
      refused(
        'a source identity has two characters or more',
        { SourceIdentity: 'x' },
        violation('x', 'sourceIdentity', shortest(2)),
      ),
      refused(
        'a source identity of 257 characters is too long',
        { SourceIdentity: 'x'.repeat(257) },
        // The model says 64, and AWS was seen to take 256.
        invalid(
          /'sourceIdentity' failed to satisfy constraint: Member must have length less than or equal to (64|256)$/,
        ),
      ),
      alsoByCli(
        refused(
          'a source identity that begins with aws: fails on the pattern',
          { SourceIdentity: 'aws:ali' },
          violation('aws:ali', 'sourceIdentity', pattern(namePattern)),
        ),
      ),
      refused(
        'an MFA device’s serial number has nine characters or more',
        { SerialNumber: 'GAHT1234', TokenCode: '123456' },
        violation('GAHT1234', 'serialNumber', shortest(9)),
      ),

      refused(
        'an MFA device’s serial number has 256 characters at most',
        { SerialNumber: 'x'.repeat(257), TokenCode: '123456' },
        violation('x'.repeat(257), 'serialNumber', longest(256)),
      ),
      refused(
        'an MFA device’s serial number has no blanks',
        { SerialNumber: 'GAHT 12345', TokenCode: '123456' },
        violation('GAHT 12345', 'serialNumber', pattern('[\\w+=/:,.@-]*')),
      ),
      refused(
        'an MFA code has six digits and not five',
        { SerialNumber: ali.serialNumber, TokenCode: '12345' },
        violation('12345', 'tokenCode', shortest(6)),
      ),

      refused(
        'an MFA code has six digits and not seven',
        { SerialNumber: ali.serialNumber, TokenCode: '1234567' },
        violation('1234567', 'tokenCode', longest(6)),
      ),

      refused(
        'an MFA code has no letters',
        { SerialNumber: ali.serialNumber, TokenCode: '12345a' },
        violation('12345a', 'tokenCode', pattern('[\\d]*')),
      ),

      refused(
        'a session has 50 tags at most',
        { Tags: tags(51) },
        invalid(/'tags' failed to satisfy constraint: Member must have length less than or equal to 50$/),
      ),
      alsoByCli(
        row('a session may have 50 tags', { Tags: tags(50) }, { gives: { PackedPolicySize: expect.any(Number) } }),
      ),

      refused('a tag has a key', { Tags: [{ Key: '', Value: 'x' }] }, [
        400,
        'ValidationError',
        /'tags\.1\.member\.key' failed to satisfy constraint: Member must have length greater than or equal to 1/,
      ]),

      refused(
        'a tag’s key has 128 characters at most',
        { Tags: [{ Key: 'k'.repeat(129), Value: '' }] },
        violation('k'.repeat(129), 'tags.1.member.key', longest(128)),
      ),
      refused(
        'a tag’s value has 256 characters at most',
        { Tags: [{ Key: 'key', Value: 'v'.repeat(257) }] },
        violation('v'.repeat(257), 'tags.1.member.value', longest(256)),
      ),

      row(
        'a tag’s value is counted in characters, however many bytes they have',
        {
          Tags: [{ Key: 'key', Value: '𝒜'.repeat(256) }],
        },
        { gives: { PackedPolicySize: expect.any(Number) } },
      ),
      refused(
        'a tag’s key has no asterisk',
        { Tags: [{ Key: 'a*', Value: '' }] },
        violation('a*', 'tags.1.member.key', pattern('[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+')),
      ),

      refused(
        'a tag’s value has no asterisk',
        { Tags: [{ Key: 'a', Value: '*' }] },
        violation('*', 'tags.1.member.value', pattern('[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*')),
      ),
      refused('a tag’s key does not begin with aws:', { Tags: [{ Key: 'AWS:x', Value: '' }] }, [
        400,
        'InvalidParameterValue',
        // AWS's own sentence is not known.
        /./,
      ]),
      alsoByCli(
        refused(
          'keys that differ by case only are one key',
          {
            Tags: [
              { Key: 'team', Value: 'a' },
              { Key: 'Team', Value: 'b' },
            ],
          },
          [400, 'InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.'],
        ),
      ),
      alsoByCli(
        refused('a transitive key must be among the tags', { Tags: tags(1), TransitiveTagKeys: ['other'] }, [
          400,
          'InvalidParameterValue',
          'The specified transitive tag key must be included in the requested tags.',
        ]),
      ),

      refused(
        'there are 50 transitive keys at most',
        { Tags: tags(50), TransitiveTagKeys: tags(51).map(({ Key }) => Key) },
        invalid(/'transitiveTagKeys' failed to satisfy constraint: Member must have length less than or equal to 50$/),
      ),

      refused(
        'a session policy is no empty text',
        { Policy: '' },
        invalid(/'policy' failed to satisfy constraint: Member must have length greater than or equal to 1/),
      ),
      refused(
        'a session policy is written in Latin-1',
        { Policy: documentOf(permits('s3:GetObject', 'arn:aws:s3:::privet/→')) },
        invalid(
          /at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: \[\\u0009\\u000A\\u000D\\u0020-\\u00FF\]\+$/,
        ),
      ),
      refused(
        'a session policy of 2049 characters is too large as a policy, not as a parameter',
        {
          Policy: documentOf(permits('s3:GetObject')).padEnd(2049),
        },
        [400, 'PackedPolicyTooLarge', /./],
      ),

      row(
        'a session policy of 2048 characters is not',
        { Policy: documentOf(permits('s3:GetObject')).padEnd(2048) },
        {
          gives: { PackedPolicySize: expect.any(Number) },
        },
      ),
      alsoByCli(refused('a session policy is JSON', { Policy: 'Allow *' }, [400, 'MalformedPolicyDocument', /./])),
      refused(
        'a session policy has no principal',
        {
          Policy: documentOf({ ...permits('s3:GetObject'), Principal: '*' }),
        },
        [400, 'MalformedPolicyDocument', /./],
      ),

      refused(
        'managed session policies are named by ARN',
        { PolicyArns: [{ arn: 'ReadOnlyAccess' }] },
        violation('ReadOnlyAccess', 'policyArns.1.member.arn', shortest(20)),
      ),

      refused(
        'eleven managed session policies are too many',
        { PolicyArns: Array(11).fill({ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }) },
        // The model sets no limit; the documentation says ten, and not with which answer.
        [400, /^(ValidationError|PackedPolicyTooLarge|LimitExceeded)$/, /./],
      ),

      refused(
        'a managed session policy is of the role’s account or AWS’s own',
        { PolicyArns: [{ arn: 'arn:aws:iam::999999999999:policy/theirs' }] },
        [400, /./, /./],
      ),

      refused(
        'context assertions are five at most',
        { ProvidedContexts: Array(6).fill({ ContextAssertion: 'text' }) },
        [
          400,
          'ValidationError',
          /'providedContexts' failed to satisfy constraint: Member must have length less than or equal to 5/,
        ],
      ),
      refused(
        'what is wrong with a parameter is told before whether the role is there',
        { RoleArn: `${role}-not`, DurationSeconds: 899 },
        violation('899', 'durationSeconds', 'have value greater than or equal to 900'),
      ),
    ],
  };
}
