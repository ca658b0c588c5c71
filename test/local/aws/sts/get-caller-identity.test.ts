// GetCallerIdentity, asked over HTTP by the real AWS SDK and by requests signed by hand.

import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { aMoment } from '../../../kit/issuer.ts';
import { overHttp } from '../../../kit/loopback.ts';
import { type SigningKeys, type SigningSettings, signedRequest } from '../../../kit/signer.ts';
import {
  anAccount,
  anEmbeddedSts,
  type EmbeddedSts,
  formHeaders,
  refused,
  roleArn,
  stsAnswer,
} from '../../../kit/sts.ts';

const client = (sts: EmbeddedSts, config: STSClientConfig = {}) =>
  new STSClient({ endpoint: sts.address, region: 'eu-central-1', maxAttempts: 1, ...config });

/** STS at the time that the SDK signs with, and alice’s session there, both through the SDK. */
async function signedIn() {
  const sts = await anEmbeddedSts({ clock: () => new Date() });
  const seconds = Math.floor(Date.now() / 1000);
  const { Credentials, ...answer } = await client(sts).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn(),
      RoleSessionName: 'alice@acme.example',
      WebIdentityToken: sts.issuer.token({ iat: seconds, exp: seconds + 60 }),
      DurationSeconds: 900,
    }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = Credentials ?? {};
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return { sts, credentials, answer, expiration: Expiration };
}

describe('through the AWS SDK', () => {
  test('the session knows itself', async () => {
    const { sts, credentials } = await signedIn();
    const { $metadata, ...identity } = await client(sts, { credentials }).send(new GetCallerIdentityCommand({}));
    expect($metadata.httpStatusCode).toBe(200);
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(identity).toEqual({
      Account: anAccount,
      Arn: `arn:aws:sts::${anAccount}:assumed-role/files/alice@acme.example`,
      UserId: `${sts.iam.role(roleArn())?.id}:alice@acme.example`,
    });
  });

  test('the SDK reads the whole answer of the assumption', async () => {
    const { answer, expiration } = await signedIn();
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: 'alice',
      Audience: 'web',
      AssumedRoleUser: { Arn: `arn:aws:sts::${anAccount}:assumed-role/files/alice@acme.example` },
      PackedPolicySize: expect.any(Number),
    });
    expect((expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(890_000);
  });

  test.each([
    ['secretAccessKey', 'SignatureDoesNotMatch', 403],
    ['sessionToken', 'InvalidClientTokenId', 403],
    ['accessKeyId', 'InvalidClientTokenId', 403],
  ])('a wrong %s is refused with %s', async (member, name, status) => {
    const { sts, credentials } = await signedIn();
    const { accessKeyId } = credentials;
    // One in 32 keys ends in W.
    const another = accessKeyId.slice(0, 19) + (accessKeyId.endsWith('W') ? 'X' : 'W');
    const wrong = { ...credentials, [member]: another };
    await expect(client(sts, { credentials: wrong }).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });

  test('the SDK knows a refused token by its class', async () => {
    const sts = await anEmbeddedSts({ clock: () => new Date() });
    const call = client(sts).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn(),
        RoleSessionName: 'alice',
        WebIdentityToken: sts.issuer.token({ iat: 0, exp: 1 }),
      }),
    );
    await expect(call).rejects.toMatchObject({ name: 'ExpiredTokenException' });
  });
});

/** Sends what was signed, and the answer as it came. */
const asked = async (sts: EmbeddedSts, keys: SigningKeys, settings: SigningSettings = {}) =>
  stsAnswer(await overHttp(sts.address, signedRequest(keys, new URL(sts.address).host, settings)));

async function aSessionOf(sts: EmbeddedSts): Promise<SigningKeys> {
  const answer = await sts.assume();
  return {
    accessKeyId: answer.text('AccessKeyId') ?? '',
    secretAccessKey: answer.text('SecretAccessKey') ?? '',
    sessionToken: answer.text('SessionToken') ?? '',
  };
}

describe('on the wire', () => {
  test('the answer has its members in STS’s order', async () => {
    const sts = await anEmbeddedSts();
    const { status, headers, xml } = await asked(sts, await aSessionOf(sts));
    const { id = '' } = sts.iam.role(roleArn()) ?? {};
    expect(status).toBe(200);
    expect(xml).toBe(
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
        `<Arn>arn:aws:sts::${anAccount}:assumed-role/files/alice</Arn><UserId>${id}:alice</UserId><Account>${anAccount}</Account>` +
        `</GetCallerIdentityResult><ResponseMetadata><RequestId>${String(headers['x-amzn-requestid'])}</RequestId></ResponseMetadata>` +
        '</GetCallerIdentityResponse>',
    );
  });

  test('a query does as well as a form', async () => {
    const sts = await anEmbeddedSts();
    const settings = { method: 'GET', path: '/?Action=GetCallerIdentity&Version=2011-06-15' };
    expect((await asked(sts, await aSessionOf(sts), settings)).status).toBe(200);
  });

  test('an unsigned request is missing its authentication token', async () => {
    const sts = await anEmbeddedSts();
    expect((await sts.post('Action=GetCallerIdentity')).error).toEqual(
      refused(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token'),
    );
  });

  test('what follows a second question mark is under the signature too', async () => {
    const sts = await anEmbeddedSts();
    const path = '/?Action=GetCallerIdentity';
    const { headers } = signedRequest(await aSessionOf(sts), new URL(sts.address).host, { method: 'GET', path });
    const answer = stsAnswer(await overHttp(sts.address, { method: 'GET', path: `${path}?X=1`, headers }));
    expect(answer.status).not.toBe(200);
  });

  test('a body altered on the way is refused', async () => {
    const sts = await anEmbeddedSts();
    const signed = signedRequest(await aSessionOf(sts), new URL(sts.address).host);
    const answer = stsAnswer(await overHttp(sts.address, { ...signed, body: `${String(signed.body)}&X=1` }));
    expect(answer.error).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  test('a second session token beside the signed one is refused', async () => {
    const sts = await anEmbeddedSts();
    const signed = signedRequest(await aSessionOf(sts), new URL(sts.address).host);
    const headers = { ...signed.headers, 'X-Amz-Security-Token': 'another' };
    expect((await overHttp(sts.address, { ...signed, headers })).status).toBe(403);
  });

  test('one session does not speak for another', async () => {
    const sts = await anEmbeddedSts();
    const [alice, bob] = [await aSessionOf(sts), await aSessionOf(sts)];
    expect((await asked(sts, { ...alice, sessionToken: bob.sessionToken })).error.code).toBe('InvalidClientTokenId');
    expect((await asked(sts, { ...alice, secretAccessKey: bob.secretAccessKey })).error.code).toBe(
      'SignatureDoesNotMatch',
    );
  });

  test('a session that has ended is expired', async () => {
    let now = aMoment;
    const sts = await anEmbeddedSts({ clock: () => now });
    const keys = await aSessionOf(sts);
    now = new Date(aMoment.getTime() + 3_600_000);
    expect((await asked(sts, keys, { at: now })).error).toEqual(
      refused(403, 'ExpiredToken', 'The security token included in the request is expired'),
    );
  });

  test('the header, not a form field, carries the session', async () => {
    const sts = await anEmbeddedSts();
    const answer = await overHttp(sts.address, {
      headers: formHeaders,
      body: 'Action=GetCallerIdentity&AWSAccessKeyId=ASIA&Signature=x',
    });
    expect(answer.status).toBe(403);
  });
});
