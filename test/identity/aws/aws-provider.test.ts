import { describe, expect, test } from 'vitest';
import { signCallerIdentity } from '../../../lib/cli/sign-caller-identity.ts';
import { decideGrant } from '../../../lib/grant/decide-grant.ts';
import { type AwsProvider, proveAwsRequest } from '../../../lib/identity/aws/aws-provider.ts';
import { awsProofText } from '../../../lib/identity/aws/proof-form.ts';
import { allTo } from '../../../lib/local/stand-ins.ts';
import type { Network } from '../../../lib/network/network.ts';
import { Refusal } from '../../../lib/refusal.ts';
import { onceIn } from '../../../lib/replay/once.ts';
import {
  type AwsProofSettings,
  aFleet,
  aNonce,
  anAddress,
  anAwsProof,
  anSts,
  callerXml,
  sha256,
} from '../../kit/aws-proof.ts';
import { aGrant, grantsNamed, type When } from '../../kit/builders.ts';
import { addUser, anEmbeddedAws } from '../../kit/embedded-aws.ts';
import { aMoment } from '../../kit/issuer.ts';
import { aStore } from '../../kit/store.ts';
import { aStack, roleArn } from '../../kit/sts.ts';

const later = (seconds: number) => new Date(aMoment.getTime() + seconds * 1000);

interface Proving {
  readonly given?: readonly string[];
  readonly providers?: readonly AwsProvider[];
  readonly sts?: Network;
  readonly now?: Date;
}

const prove = (request: string, { providers = [aFleet()], sts = anSts(), given = [], now = aMoment }: Proving = {}) =>
  proveAwsRequest({ kind: 'aws', request }, providers, { sts, partition: 'aws', given }, now);

const refusalOf = (request: string, proving?: Proving) =>
  prove(request, proving).then(
    () => undefined,
    (error: unknown) => (error instanceof Refusal ? { code: error.code, ...error.detail } : Promise.reject(error)),
  );

test('a machine is who STS says', async () => {
  const proof = await anAwsProof();
  const identity = await prove(proof, { providers: [aFleet({ organization: 'o-exampleorgid' })] });
  expect(identity).toMatchObject({
    provider: 'fleet',
    issuer: 'https://sts.eu-central-1.amazonaws.com',
    subject: 'arn:aws:iam::111122223333:role/ci-runner',
    provenUntil: later(60),
    evidence: { kind: 'aws' },
    unannounced: [],
  });
  expect(identity.attributes.texts.get('role')).toEqual(['ci-runner']);
  expect(identity.attributes.texts.get('organization')).toEqual(['o-exampleorgid']);
  expect(JSON.stringify([identity, [...identity.attributes.texts]])).not.toContain(proof.slice(20, 60));
});

describe('grants ask what STS said', () => {
  const allowed = async (when: When) => {
    const grant = aGrant({ from: 'fleet', when });
    return decideGrant(await prove(await anAwsProof()), 'files', grantsNamed(grant)).allowed;
  };

  test.each([
    [{ StringEquals: { role: 'ci-runner', account: '111122223333' } }, true],
    [
      { StringLike: { session: 'build-*' }, ArnEquals: { principal: 'arn:aws:iam::111122223333:role/ci-runner' } },
      true,
    ],
    [{ StringEquals: { role: 'ci' } }, false],
    [{ StringEquals: { user: 'ci-runner' } }, false],
    [{ StringEquals: { organization: 'o-exampleorgid' } }, false],
  ])('%j: %s', async (when, expected) => {
    expect(await allowed(when)).toBe(expected);
  });
});

describe('before STS is asked', () => {
  const unasked = async (settings: AwsProofSettings, proving: Proving = {}) => {
    const sts = anSts();
    const refusal = await refusalOf(await anAwsProof(settings), { ...proving, sts });
    expect(sts.sent).toEqual([]);
    return refusal;
  };

  test('a request for somebody else is refused', async () => {
    expect(await unasked({ audience: 'https://other.example' })).toMatchObject({
      code: 'aws_request_invalid',
      why: 'is signed for another audience',
    });
    expect(await unasked({ audience: `${anAddress}/` })).toMatchObject({ code: 'aws_request_invalid' });
  });

  test.each([
    ['at its end', 60 + 60, 'has expired'],
    ['an hour later', 3600, 'has expired'],
    ['too early', -61, 'is signed in the future'],
  ])('a request is refused %s', async (_, seconds, why) => {
    expect(await unasked({}, { now: later(seconds) })).toMatchObject({ code: 'aws_request_invalid', why });
  });

  test('a request that lasts 5 minutes is not kept alive by the 15 that STS would take it for', async () => {
    expect(await unasked({ expiresSeconds: 300 }, { now: later(361) })).toMatchObject({ why: 'has expired' });
  });

  test.each([-60, 0, 119])('a request is taken %i s after it was signed', async (seconds) => {
    expect(await refusalOf(await anAwsProof(), { now: later(seconds) })).toBeUndefined();
  });

  test('each provider has its own audiences and leeway', async () => {
    const providers = [
      aFleet({ clockLeewaySeconds: 300 }),
      aFleet({ name: 'other', accounts: ['444455556666'], audiences: ['other'], clockLeewaySeconds: 0 }),
    ];
    expect(await refusalOf(await anAwsProof(), { providers, now: later(300) })).toBeUndefined();
    expect(await unasked({ audience: 'other' }, { providers, now: later(60) })).toMatchObject({ why: 'has expired' });
    // An account of one provider does not come in with the audience of the other.
    expect(await refusalOf(await anAwsProof({ audience: 'other' }), { providers })).toMatchObject({
      code: 'issuer_unknown',
    });
  });
});

test('an account that is not listed is nobody, though STS knows it', async () => {
  const sts = anSts({
    body: callerXml({
      Arn: 'arn:aws:sts::444455556666:assumed-role/ci-runner/build-7',
      UserId: 'AROAQ3EGAAAAEXAMPLE01:build-7',
      Account: '444455556666',
    }),
  });
  expect(await refusalOf(await anAwsProof(), { sts })).toEqual({ code: 'issuer_unknown', account: '444455556666' });
});

describe('each request is good once', () => {
  const keyOf = async (proof: string, proving?: Proving) => (await prove(proof, proving)).once.map(({ key }) => key);

  test('for as long as any clock would take it', async () => {
    const [reservation] = (await prove(await anAwsProof())).once;
    expect(reservation?.until).toEqual(later(60 + 120));
    expect(reservation?.key).toMatch(/^aws-request#[0-9a-f]{64}$/);
  });

  test('also when it is spelt in another way', async () => {
    const original = await keyOf(await anAwsProof());
    const respelt = await anAwsProof({}, ({ url, audience, nonce }) => {
      const [start = '', query = ''] = url.split('?');
      const pairs = query.split('&').map((pair) => pair.replaceAll('%2F', '%2f').replace('=Get', '=%47et'));
      return { nonce, audience, url: `${start}?${pairs.reverse().join('&')}` };
    });
    expect(await keyOf(respelt)).toEqual(original);
    const spaced = Buffer.from(respelt.split('.')[1] ?? '', 'base64url')
      .toString()
      .replaceAll(',', ' ,\n');
    expect(await keyOf(`daypass-aws-v1.${Buffer.from(spaced).toString('base64url')}`)).toEqual(original);
  });

  test.each([
    ['another nonce', { nonce: `${aNonce}2` }],
    ['another second', { signedAt: later(1) }],
    ['another key', { keys: { accessKeyId: 'AKIAQ3EGAAAAEXAMPLE2', secretAccessKey: 'x' } }],
    ['another Region', { region: 'eu-west-1' }],
  ] as const)('%s makes another of it', async (_, settings) => {
    expect(await keyOf(await anAwsProof(settings))).not.toEqual(await keyOf(await anAwsProof()));
  });

  test('the second time is refused', async () => {
    const once = onceIn(aStore());
    const proof = await anAwsProof();
    await once((await prove(proof)).once, aMoment);
    await expect(once((await prove(proof)).once, aMoment)).rejects.toMatchObject({ code: 'proof_replayed' });
  });
});

describe('at the embedded STS', () => {
  async function aWorld() {
    const aws = await anEmbeddedAws({ stacks: [aStack(), aStack({ account: '444455556666' })] });
    const role = aws.iam.role(roleArn());
    const other = aws.iam.role(roleArn('files', '444455556666'));
    if (!role || !other) throw new Error('There is no role.');
    const session = (of: typeof role) =>
      aws.sessions.issue({
        account: of.account,
        principal: { kind: 'role', roleId: of.id, sessionName: 'build-7' },
        expires: later(3600),
      });
    return { aws, sts: allTo(aws.address), keys: session(role), strangers: session(other) };
  }

  test('a session of a role proves the role', async () => {
    const { sts, keys } = await aWorld();
    const identity = await prove(await anAwsProof({ keys }), { sts });
    expect(identity.subject).toBe(roleArn());
    expect(identity.attributes.texts.get('arn')).toEqual(['arn:aws:sts::111122223333:assumed-role/files/build-7']);
  });

  test('so it does with what the command line signs', async () => {
    const { sts, keys: credentials } = await aWorld();
    const headers = { 'x-daypass-audience': anAddress, 'x-daypass-nonce': aNonce };
    const signing = { credentials, region: 'us-east-1', sha256, now: aMoment };
    const url = await signCallerIdentity(headers, signing);
    const identity = await prove(awsProofText({ url, audience: anAddress, nonce: aNonce }), { sts });
    expect(identity.subject).toBe(roleArn());
  });

  test("a user's own keys prove the user", async () => {
    const { aws, sts } = await aWorld();
    const { keys } = addUser(aws, { name: 'printer' });
    const identity = await prove(await anAwsProof({ keys }), { sts });
    expect(identity.subject).toBe('arn:aws:iam::111122223333:user/printer');
  });

  test('another account is refused', async () => {
    const { sts, strangers } = await aWorld();
    expect(await refusalOf(await anAwsProof({ keys: strangers }), { sts })).toMatchObject({ code: 'issuer_unknown' });
  });

  test.each([
    ['another secret', (keys: object) => ({ ...keys, secretAccessKey: 'another' })],
    ['another session token', (keys: object) => ({ ...keys, sessionToken: 'IQoJ'.repeat(8) })],
    ['no session token', (keys: object) => ({ ...keys, sessionToken: undefined })],
  ])('%s is refused', async (_, change) => {
    const { sts, keys } = await aWorld();
    const changed = change(keys) as AwsProofSettings['keys'] & object;
    expect(await refusalOf(await anAwsProof({ keys: changed }), { sts })).toMatchObject({ code: 'signature_invalid' });
  });

  test.each([
    ['the audience', { audience: 'https://evil.example' }],
    ['the nonce', { nonce: 'another_nonce-another_nonce' }],
  ])('%s cannot be changed', async (_, change) => {
    const { sts, keys } = await aWorld();
    const providers = [aFleet({ audiences: [anAddress, 'https://evil.example'] })];
    const proof = await anAwsProof({ keys }, (parts) => ({ ...parts, ...change }));
    expect(await refusalOf(proof, { sts, providers })).toMatchObject({ code: 'signature_invalid' });
  });

  test.each([
    ['Expires', (url: string) => url.replace('Expires=60', 'Expires=300')],
    ['Date', (url: string) => url.replace('T120000Z', 'T120030Z')],
    ['Region', (url: string) => url.replaceAll('eu-central-1', 'eu-west-1')],
    ['Signature', (url: string) => url.replace(/(?<=Signature=)\w/, (digit) => (digit === '0' ? '1' : '0'))],
  ])('nor can %s', async (_, edit) => {
    const { sts, keys } = await aWorld();
    const proof = await anAwsProof({ keys }, (parts) => ({ ...parts, url: edit(parts.url) }));
    expect(await refusalOf(proof, { sts })).toMatchObject({ code: 'signature_invalid' });
  });
});
