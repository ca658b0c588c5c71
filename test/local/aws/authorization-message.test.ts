import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AwsError } from '../../../lib/aws-query/aws-error.ts';
import { authorizationMessages, type DeniedRequest } from '../../../lib/local/aws/authorization-message.ts';
import { userCaller } from '../../../lib/local/aws/caller.ts';
import { newUser } from '../../../lib/local/aws/iam/iam.ts';
import type { Verdict } from '../../../lib/policy/evaluate.ts';
import { aMoment } from '../../kit/issuer.ts';
import { anAccount, anotherAccount } from '../../kit/sts.ts';

const ali = newUser({ account: anAccount, name: 'ali', created: aMoment });
const noAllow: Verdict = { allowed: false, because: 'no allow', layer: 'identity policies', misses: [] };

const aDenial = (more: Partial<DeniedRequest> = {}): DeniedRequest => ({
  caller: userCaller(ali),
  action: 'ec2:RunInstances',
  resource: 'arn:aws:ec2:us-east-1:111122223333:instance/*',
  keys: [
    ['aws:PrincipalAccount', anAccount],
    ['aws:TagKeys', ['team', 'floor']],
  ],
  verdict: noAllow,
  ...more,
});

const refusal = (decode: () => string) => {
  try {
    return decode();
  } catch (error) {
    if (error instanceof AwsError) return error.form;
    throw error;
  }
};
const notValid = { status: 400, code: 'InvalidAuthorizationMessageException', message: 'Message is not valid' };

describe('a message', () => {
  test('tells who asked for what, and what was known', () => {
    const messages = authorizationMessages();
    expect(JSON.parse(messages.decode(messages.encode(aDenial()), anAccount))).toEqual({
      allowed: false,
      explicitDeny: false,
      matchedStatements: { items: [] },
      failures: { items: [] },
      context: {
        principal: { id: ali.id, arn: ali.arn },
        action: 'ec2:RunInstances',
        resource: 'arn:aws:ec2:us-east-1:111122223333:instance/*',
        conditions: {
          items: [
            { key: 'aws:PrincipalAccount', values: { items: [{ value: anAccount }] } },
            { key: 'aws:TagKeys', values: { items: [{ value: 'team' }, { value: 'floor' }] } },
          ],
        },
      },
    });
  });

  test('names the statement that denied', () => {
    const messages = authorizationMessages();
    const by = { policy: 'guard', statement: 0, sid: 'NoEc2', conditions: [] };
    const verdict: Verdict = { allowed: false, because: 'explicit deny', layer: 'permissions boundary', by };
    expect(JSON.parse(messages.decode(messages.encode(aDenial({ verdict })), anAccount))).toMatchObject({
      explicitDeny: true,
      matchedStatements: {
        items: [{ statementId: 'NoEc2', effect: 'DENY', sourcePolicyId: 'guard', layer: 'permissions boundary' }],
      },
    });
  });

  test('shows nothing of what it tells, and is another one each time', () => {
    const messages = authorizationMessages();
    const [one, two] = [messages.encode(aDenial()), messages.encode(aDenial())];
    expect(one).toMatch(/^[\w-]+$/);
    expect(one).not.toBe(two);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('RunInstances');
  });

  test('begins with no hyphen, which the AWS CLI would take for an option', () => {
    const messages = authorizationMessages();
    const firsts = Array.from({ length: 200 }, () => messages.encode(aDenial()).at(0));
    expect(new Set(firsts)).toEqual(new Set(['A']));
  });

  test('is short enough to be decoded, whatever it is about', () => {
    const messages = authorizationMessages();
    const keys = Array.from({ length: 50 }, (_, index) => [`aws:RequestTag/key-${index}`, 'v'.repeat(200)] as const);
    expect(messages.encode(aDenial({ keys })).length).toBeLessThanOrEqual(10_240);
  });
});

describe('not decoded is', () => {
  const messages = authorizationMessages(randomBytes(32));
  const good = messages.encode(aDenial());
  const bytes = () => Buffer.from(good, 'base64url');
  const flipped = (at: number) => {
    const copy = bytes();
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy.toString('base64url');
  };

  test.each([
    ['nothing', ''],
    ['what nobody encoded', 'message'],
    ['noise', randomBytes(200).toString('base64url')],
    ['a message that is cut', good.slice(0, -4)],
    ['a message that goes on', `${good}AAAA`],
    ['a message with another beginning', flipped(0)],
    ['a message altered within', flipped(30)],
    ['a message with another seal', flipped(bytes().length - 1)],
  ])('%s', (_, message) => {
    expect(refusal(() => messages.decode(message, anAccount))).toEqual(notValid);
  });

  test('another account’s', () => {
    expect(refusal(() => messages.decode(good, anotherAccount))).toEqual(notValid);
  });

  test('one of an earlier start', () => {
    expect(refusal(() => authorizationMessages().decode(good, anAccount))).toEqual(notValid);
  });
});
