import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { principalOf } from '../../../lib/identity/aws/principal.ts';
import { Refusal } from '../../../lib/refusal.ts';

const account = '111122223333';
const given = [`arn:aws:iam::${account}:role/team/Daypass-files`, `arn:aws:iam::${account}:user/daypass-federation`];
const of = (arn: string, userId = 'AROAQ3EGAAAAEXAMPLE01:build-7') =>
  principalOf({ account, arn, userId }, 'aws', given);
const attributes = (arn: string, userId?: string) => Object.fromEntries(of(arn, userId).attributes);

test('a session of a role is told by the role, whatever the session', () => {
  const arn = `arn:aws:sts::${account}:assumed-role/ci-runner/build-7`;
  expect(of(arn).arn).toBe(`arn:aws:iam::${account}:role/ci-runner`);
  expect(attributes(arn)).toEqual({
    sub: `arn:aws:iam::${account}:role/ci-runner`,
    account,
    arn,
    principal: `arn:aws:iam::${account}:role/ci-runner`,
    principal_type: 'AssumedRole',
    user_id: 'AROAQ3EGAAAAEXAMPLE01:build-7',
    role: 'ci-runner',
    role_arn: `arn:aws:iam::${account}:role/ci-runner`,
    session: 'build-7',
  });
});

test('a user is told by its own ARN, path and all', () => {
  const arn = `arn:aws:iam::${account}:user/machines/eu/printer`;
  expect(attributes(arn, 'AIDAQ3EGAAAAEXAMPLE01')).toEqual({
    sub: arn,
    account,
    arn,
    principal: arn,
    principal_type: 'User',
    user_id: 'AIDAQ3EGAAAAEXAMPLE01',
    user: 'printer',
  });
});

test('an instance itself has a role of AWS, without an id of its own', () => {
  const [arn, userId] = [
    'sts::111122223333:assumed-role/aws:ec2-instance/i-0abc12',
    '111122223333:aws:ec2-instance:i-0abc12',
  ];
  expect(attributes(`arn:aws:${arn}`, userId)).toMatchObject({
    role: 'aws:ec2-instance',
    session: 'i-0abc12',
    user_id: userId,
  });
});

describe('who is neither a role nor a user is refused', () => {
  const whyNot = (arn: string, userId?: string) => {
    try {
      of(arn, userId);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'claims_invalid') return error.detail.why;
      throw error;
    }
  };

  test.each([
    [`arn:aws:iam::${account}:root`, 'root user'],
    [`arn:aws:sts::${account}:federated-user/ci-runner`, 'federated user'],
    [`arn:aws:iam::${account}:role/ci-runner`, 'neither'],
    [`arn:aws:sts::${account}:assumed-role/ci-runner`, 'neither'],
    [`arn:aws:sts::${account}:assumed-role/path/ci-runner/x1`, 'neither'],
    [`arn:aws:iam::${account}:assumed-role/ci-runner/x1`, 'neither'],
    [`arn:aws:sts::${account}:user/ali`, 'neither'],
    [`arn:aws:iam::${account}:user/`, 'neither'],
    [`arn:aws:iam::${account}:user/a b`, 'neither'],
    [`arn:aws:sts::${account}:assumed-role/ci-runner/build\n7`, 'neither'],
    [`arn:aws:sts::${account}:assumed-role/ci-runner/build-7\n`, 'neither'],
    ['arn:aws:sts::444455556666:assumed-role/ci-runner/build-7', 'another account'],
    ['arn:aws:iam::444455556666:user/ali', 'another account'],
    [`arn:aws-us-gov:sts::${account}:assumed-role/ci-runner/build-7`, 'another partition'],
    [`arn:aws-cn:iam::${account}:user/ali`, 'another partition'],
    ['', 'neither'],
    [`arn:aws:sts::${account}:assumed-role/Daypass-files/alice`, 'that a grant gives'],
    [`arn:aws:sts::${account}:assumed-role/daypass-FILES/alice`, 'that a grant gives'],
    [`arn:aws:iam::${account}:user/daypass-federation`, 'that a grant gives'],
    [`arn:aws:iam::${account}:user/there/daypass-federation`, 'that a grant gives'],
  ])('%j', (arn, why) => {
    expect(whyNot(arn)).toContain(why);
  });

  test('so is a user id that is none', () => {
    expect(whyNot(`arn:aws:iam::${account}:user/ali`, 'AIDA\nx')).toContain('user id');
  });
});

test('names with everything that IAM takes come out as they are', () => {
  const name = fc.stringMatching(/^[\w+=,.@-]{2,64}$/);
  fc.assert(
    fc.property(name, name, (role, session) => {
      expect(attributes(`arn:aws:sts::${account}:assumed-role/${role}/${session}`)).toMatchObject({ role, session });
    }),
  );
});
