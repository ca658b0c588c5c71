import { describe, expect, test } from 'vitest';
import { addUser, anEmbeddedAws, type UserSettings } from '../../kit/embedded-aws.ts';
import { overHttp } from '../../kit/loopback.ts';
import { type SigningSettings, signedRequest } from '../../kit/signer.ts';

/** What EC2 answers a user of these permissions. */
async function asked(form: string, statements: UserSettings['statements'] = [], more: SigningSettings = {}) {
  const aws = await anEmbeddedAws();
  const { keys } = addUser(aws, { statements });
  const settings = { service: 'ec2', body: form, ...more };
  const { status, body } = await overHttp(aws.address, signedRequest(keys, new URL(aws.address).host, settings));
  const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  return { status, code: text('Code'), message: text('Message'), body };
}

const may = (Action: string, Resource = '*') => ({ Effect: 'Allow', Action, Resource });
const describes = 'Action=DescribeInstances&Version=2016-11-15';

describe('a call', () => {
  test('that nothing allows is denied, with a message for whoever may read it', async () => {
    const { status, code, message } = await asked(describes);
    expect([status, code]).toEqual([403, 'UnauthorizedOperation']);
    expect(message).toMatch(
      /^You are not authorized to perform this operation\. User: arn:aws:iam::111122223333:user\/ali is not authorized to perform: ec2:DescribeInstances on resource: \* because no identity-based policy allows the ec2:DescribeInstances action\. Encoded authorization failure message: [\w-]{100,}$/,
    );
  });

  test('that is denied says so', async () => {
    const { message } = await asked(describes, [may('ec2:*'), { ...may('ec2:Describe*'), Effect: 'Deny' }]);
    expect(message).toContain('with an explicit deny in an identity-based policy. Encoded');
  });

  test('that is allowed would have succeeded, dry', async () => {
    expect(await asked(`${describes}&DryRun=true`, [may('ec2:Describe*')])).toMatchObject({
      status: 412,
      code: 'DryRunOperation',
      message: 'Request would have succeeded, but DryRun flag is set.',
    });
  });

  test('is never carried out', async () => {
    expect(await asked(describes, [may('ec2:*')])).toMatchObject({ status: 400, code: 'UnsupportedOperation' });
  });

  test.each([
    ['RunInstances', 'arn:aws:ec2:us-east-1:111122223333:*', 412],
    ['RunInstances', 'arn:aws:ec2:us-east-1:444455556666:*', 403],
    ['RunInstances', 'arn:aws:ec2:eu-west-1:111122223333:*', 403],
    // What is described has no ARN.
    ['DescribeInstances', 'arn:aws:ec2:us-east-1:111122223333:*', 403],
  ])('%s, allowed on %s, is answered %i', async (action, resource, status) => {
    const form = `Action=${action}&Version=2016-11-15&DryRun=true`;
    expect((await asked(form, [may(`ec2:${action}`, resource)])).status).toBe(status);
  });

  test('knows the Region that it was signed for', async () => {
    const only = { ...may('ec2:*'), Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-central-1' } } };
    const dry = `${describes}&DryRun=true`;
    expect((await asked(dry, [only], { region: 'eu-central-1' })).status).toBe(412);
    expect((await asked(dry, [only], { region: 'us-east-1' })).status).toBe(403);
  });
});

describe('an error', () => {
  test('is EC2’s XML', async () => {
    const { body } = await asked(`${describes}&DryRun=true`, [may('ec2:*')]);
    expect(body).toMatch(
      /^<Response><Errors><Error><Code>DryRunOperation<\/Code><Message>[^<]+<\/Message><\/Error><\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>$/,
    );
  });

  test.each(['', 'Action=describe', 'Action=Describe-Instances', 'Action=../x'])('"%s" is no action', async (form) => {
    expect(await asked(form, [may('*')])).toMatchObject({ status: 400, code: 'InvalidAction' });
  });

  test('of a wrong signature comes before any permission', async () => {
    const wrong = await asked(describes, [may('*')], { terminator: 'aws4' });
    expect(wrong.status).toBe(400);
    expect(wrong.code).toBe('IncompleteSignature');
  });
});
