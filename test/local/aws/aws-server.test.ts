import { describe, expect, test } from 'vitest';
import { overHttp } from '../../kit/loopback.ts';
import { aNetwork } from '../../kit/network.ts';
import { anEmbeddedSts, formHeaders, formOf, refused, roleArn, stsAnswer } from '../../kit/sts.ts';

const stsNamespace = 'https://sts.amazonaws.com/doc/2011-06-15/';
const dispatcherNamespace = 'http://webservices.amazon.com/AWSFault/2005-15-09';

describe('answers', () => {
  test('are text/xml, and the header names the request that the body names', async () => {
    const sts = await anEmbeddedSts();
    for (const answer of [await sts.assume(), await sts.assume({ RoleArn: undefined }), await sts.post('')]) {
      expect(answer.headers['content-type']).toBe('text/xml');
      expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.text('RequestId')).toBe(answer.headers['x-amzn-requestid']);
    }
  });

  test('no two requests have the same id', async () => {
    const sts = await anEmbeddedSts();
    expect((await sts.assume()).text('RequestId')).not.toBe((await sts.assume()).text('RequestId'));
  });

  test('an error is the sender’s, in STS’s namespace, its request id beside it', async () => {
    const sts = await anEmbeddedSts();
    const { status, headers, xml } = await sts.assume({ WebIdentityToken: 'opaque' });
    expect(status).toBe(400);
    expect(xml).toBe(
      `<ErrorResponse xmlns="${stsNamespace}"><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code>` +
        '<Message>The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)</Message></Error>' +
        `<RequestId>${String(headers['x-amzn-requestid'])}</RequestId></ErrorResponse>`,
    );
  });

  test('a fault of our own is the receiver’s, and tells nothing', async () => {
    const sts = await anEmbeddedSts({
      clock: () => {
        throw new Error('the clock is broken');
      },
    });
    const answer = await sts.assume();
    expect(answer.status).toBe(500);
    expect(answer.text('Type')).toBe('Receiver');
    expect(answer.text('Code')).toBe('InternalFailure');
    expect(answer.xml).not.toContain('clock');
  });

  test('what a caller wrote is escaped', async () => {
    const sts = await anEmbeddedSts();
    const { xml, error } = await sts.assume({ RoleSessionName: `<a href="x">'&amp;` });
    expect(xml).toContain('&lt;a href=&quot;x&quot;&gt;&apos;&amp;amp;');
    expect(error.message).toContain(`Value '<a href="x">'&amp;' at 'roleSessionName'`);
  });
});

describe('operations', () => {
  test.each([
    ['Action=UntagSession&Version=2011-06-15', 'UntagSession', '2011-06-15'],
    ['Action=TagSession&Version=2011-06-15', 'TagSession', '2011-06-15'],
    ['Action=SetSourceIdentity&Version=2011-06-15', 'SetSourceIdentity', '2011-06-15'],
    ['Action=GetServiceBearerToken&Version=2011-06-15', 'GetServiceBearerToken', '2011-06-15'],
    ['Action=getcalleridentity&Version=2011-06-15', 'getcalleridentity', '2011-06-15'],
    ['Action=GetCallerIdentity&Version=2010-05-08', 'GetCallerIdentity', '2010-05-08'],
    ['Action=constructor', 'constructor', '2011-06-15'],
  ])('%s is not found, in the dispatcher’s namespace', async (form, action, version) => {
    const answer = await (await anEmbeddedSts()).post(form);
    expect(answer.error).toEqual(
      refused(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`),
    );
    expect(answer.xml).toContain(`<ErrorResponse xmlns="${dispatcherNamespace}">`);
  });

  test('without an action there is none to find', async () => {
    expect((await (await anEmbeddedSts()).post('')).error).toMatchObject({ status: 400, code: 'InvalidAction' });
  });

  test('the first action of two is meant', async () => {
    const answer = await (await anEmbeddedSts()).post('Action=Nothing&Action=GetCallerIdentity');
    expect(answer.error.code).toBe('InvalidAction');
  });

  test('a query does as well as a form', async () => {
    const sts = await anEmbeddedSts();
    const query = formOf({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn(),
      RoleSessionName: 'alice',
      WebIdentityToken: sts.issuer.token(),
    });
    expect((await overHttp(sts.address, { method: 'GET', path: `/?${query}` })).status).toBe(200);
  });

  test('a form’s query is not its body', async () => {
    const sts = await anEmbeddedSts();
    const answer = stsAnswer(
      await overHttp(sts.address, { path: '/?Action=GetCallerIdentity', headers: formHeaders, body: 'X=1' }),
    );
    expect(answer.error.code).toBe('InvalidAction');
  });
});

describe('size', () => {
  const formOfLength = (length: number) => {
    const start = 'Action=Nothing&X=';
    return start + 'x'.repeat(length - start.length);
  };

  test('a body of 10,000,000 bytes is read', async () => {
    expect((await (await anEmbeddedSts()).post(formOfLength(10_000_000))).error.code).toBe('InvalidAction');
  });

  test('a larger one is answered 413, without a word', async () => {
    const answer = await (await anEmbeddedSts()).post(formOfLength(10_000_001));
    expect(answer.status).toBe(413);
    expect(answer.xml).toBe('');
  });
});

test('the network is asked for the issuer’s documents only, once for each call', async () => {
  const network = aNetwork({});
  const sts = await anEmbeddedSts({ network });
  await sts.assume();
  expect(network.requests).toEqual(['https://login.acme.example/.well-known/openid-configuration']);
});

test('a service that is not here is told, with those that are', async () => {
  const sts = await anEmbeddedSts();
  const headers = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIAX/20260601/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=x',
  };
  const { status, body } = await overHttp(sts.address, { method: 'GET', path: '/2015-03-31/functions/', headers });
  expect(status).toBe(404);
  expect(body).toContain('The embedded account has no lambda; it has sts, iam, s3, ec2');
});
