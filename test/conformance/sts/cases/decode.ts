// DecodeAuthorizationMessage, and EC2 from which such messages come.

import { expect } from 'vitest';
import { askByWire } from '../ask.ts';
import type { Cast } from '../cast.ts';
import { type CallRow, denied, type Group, type Input, type Refusal, violation, type Wire } from '../row.ts';
import { forbids, permits } from '../statements.ts';
import type { Caller, World } from '../world.ts';

const describes: Wire = { service: 'ec2', form: 'Action=DescribeInstances&Version=2016-11-15&DryRun=true' };

export function decode(world: World, { bob }: Cast): Group {
  const { account } = world;
  const decoder = world.user('decoder', {
    permissions: [permits('sts:DecodeAuthorizationMessage'), permits('ec2:DescribeInstances')],
  });
  const forbidden = world.user('ec2-less', { permissions: [permits('ec2:*'), forbids('ec2:*')] });

  /** What EC2 tells somebody whom it denies. */
  const messageFor = async (who: Caller): Promise<string> => {
    const outcome = await askByWire({ world, keys: await who.keys(), wire: describes });
    const [, encoded = ''] = /Encoded authorization failure message: ([\w-]+)/.exec(outcome.body) ?? [];
    return encoded;
  };
  const decoded = (says: string, of: Caller, expected: Input): CallRow => ({
    ...{
      says,
      as: decoder,
      input: async () => ({ EncodedMessage: await messageFor(of) }),
      needs: 'an encoded message',
    },
    and: ({ DecodedMessage }) => {
      expect(JSON.parse(String(DecodedMessage))).toMatchObject(expected);
    },
  });
  const refused = (says: string, EncodedMessage: string | undefined, refuses: Refusal): CallRow => ({
    ...{ says, as: decoder, input: { EncodedMessage }, refuses },
  });
  const notValid: Refusal = [400, 'InvalidAuthorizationMessageException', /./];
  return {
    name: 'DecodeAuthorizationMessage',
    operation: 'DecodeAuthorizationMessage',
    rows: [
      {
        says: 'whom EC2 denies it gives an encoded message',
        as: bob,
        wire: describes,
        refuses: [
          403,
          'UnauthorizedOperation',
          new RegExp(
            `^You are not authorized to perform this operation\\..*${bob.arn}.*Encoded authorization failure message: [\\w-]+$`,
          ),
        ],
        needs: 'an encoded message',
      },
      {
        says: 'whom it does not deny a dry run tells so',
        as: decoder,
        wire: describes,
        refuses: [412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.'],
      },
      decoded('the message tells what was missing', bob, {
        allowed: false,
        explicitDeny: false,
        matchedStatements: { items: [] },
        context: {
          principal: { id: expect.stringMatching(/^AIDA/), arn: bob.arn },
          action: 'ec2:DescribeInstances',
          resource: expect.any(String),
          conditions: { items: expect.any(Array) },
        },
      }),
      decoded('or what was in the way', forbidden, {
        allowed: false,
        explicitDeny: true,
        matchedStatements: { items: [{ effect: 'DENY' }] },
      }),
      {
        says: 'only those who have the permission learn it',
        as: bob,
        input: async () => ({ EncodedMessage: await messageFor(bob) }),
        refuses: denied(new RegExp(`^User: ${bob.arn} is not authorized to perform: sts:DecodeAuthorizationMessage`)),
        needs: 'an encoded message',
      },
      {
        says: 'a message that was altered is none',
        as: decoder,
        input: async () => {
          const message = await messageFor(bob);
          return { EncodedMessage: message.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')) };
        },
        refuses: notValid,
        needs: 'an encoded message',
      },
      {
        says: 'another account’s message is none',
        as: world.elsewhere,
        input: async () => ({ EncodedMessage: await messageFor(bob) }),
        refuses: notValid,
        needs: 'a second account',
      },
      refused('what nobody encoded is none', `message-of-${account}`, notValid),
      refused('there must be a message', undefined, violation(null, 'encodedMessage', 'not be null')),
      refused(
        'of one character or more',
        '',
        violation('', 'encodedMessage', 'have length greater than or equal to 1'),
      ),
      refused(
        'of 10240 at most',
        'm'.repeat(10_241),
        violation('m'.repeat(10_241), 'encodedMessage', 'have length less than or equal to 10240'),
      ),
    ],
  };
}
