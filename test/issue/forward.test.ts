import { describe, expect, test } from 'vitest';
import { forward } from '../../lib/issue/forward.ts';
import { stsClient } from '../../lib/issue/sts-client.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { SessionPlan } from '../../lib/session/plan-session.ts';
import { granted, refused, type StsNetwork, stsNetwork } from './kit.ts';

const plan: SessionPlan = {
  way: 'forward',
  evidence: { kind: 'oidc', token: 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl' },
  roleArn: 'arn:aws:iam::111122223333:role/daypass-files',
  sessionName: 'alice@acme.example',
  duration: { seconds: 3600 },
};

const issueOn = (network: StsNetwork, members: Partial<SessionPlan> = {}) =>
  forward(stsClient({ network, regions: ['eu-central-1'], partition: 'aws' })).issue({ ...plan, ...members });

const formOf = ({ sent: [request] }: StsNetwork) => Object.fromEntries(new URLSearchParams(request?.body));

describe('forwarding', () => {
  const parameters = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::111122223333:role/daypass-files',
    RoleSessionName: 'alice@acme.example',
    WebIdentityToken: 'eyJoZWFkZXI.eyJwYXlsb2Fk.c2lnbmF0dXJl',
    DurationSeconds: '3600',
  };

  test("hands the caller's own token on, with the plan", async () => {
    const network = stsNetwork(granted());
    await issueOn(network);
    expect(formOf(network)).toEqual(parameters);
  });

  test('hands the session policy on where there is one', async () => {
    const network = stsNetwork(granted());
    await issueOn(network, { policy: '{"Version":"2012-10-17","Statement":[]}' });
    expect(formOf(network)).toEqual({ ...parameters, Policy: '{"Version":"2012-10-17","Statement":[]}' });
  });

  test('is unsigned', async () => {
    const network = stsNetwork(granted());
    await issueOn(network);
    expect(Object.keys(network.sent[0]?.headers ?? {})).not.toContain('authorization');
  });
});

describe('forwarding an assertion', () => {
  const samlResponse = 'PHNhbWxwOlJlc3BvbnNlLz4+/w==';
  const principalArn = 'arn:aws:iam::111122223333:saml-provider/daypass-corp';
  const roles = [{ roleArn: plan.roleArn, principalArn }];
  const evidence: SessionPlan['evidence'] = { kind: 'saml', samlResponse, roles, sessionName: 'alice@acme.example' };
  const parameters = {
    Action: 'AssumeRoleWithSAML',
    Version: '2011-06-15',
    RoleArn: plan.roleArn,
    PrincipalArn: principalArn,
    SAMLAssertion: samlResponse,
    DurationSeconds: '3600',
  };

  test('hands it on with the provider; the name of the session is in it', async () => {
    const network = stsNetwork(granted());
    await issueOn(network, { evidence, principalArn });
    expect(formOf(network)).toEqual(parameters);
  });

  test('hands the session policy on, and is unsigned', async () => {
    const network = stsNetwork(granted());
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    await issueOn(network, { evidence, principalArn, policy });
    expect(formOf(network)).toEqual({ ...parameters, Policy: policy });
    expect(Object.keys(network.sent[0]?.headers ?? {})).not.toContain('authorization');
  });
});

describe('what STS issued', () => {
  test('is read', async () => {
    await expect(issueOn(stsNetwork(granted()))).resolves.toEqual({
      credentials: {
        accessKeyId: 'ASIAEXAMPLE',
        secretAccessKey: 'secret/+=example',
        sessionToken: 'IQoJb3JpZ2luX2VjExample//////////wEaCXVzLWVhc3QtMSJ=',
        expiration: new Date('2026-06-01T13:00:00Z'),
      },
      user: {
        kind: 'assumed-role',
        arn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice',
        userId: 'AROAEXAMPLE:alice',
      },
      told: new Map([
        ['SubjectFromWebIdentityToken', 'alice'],
        ['Audience', 'web'],
        ['Provider', 'arn:aws:iam::111122223333:oidc-provider/login.acme.example'],
        ['PackedPolicySize', '25'],
      ]),
    });
  });

  test('is read with its entities, and whatever the subject looks like', async () => {
    const answer = granted({ SubjectFromWebIdentityToken: '&lt;Arn&gt;evil&lt;/Arn&gt;', SessionToken: 'a&amp;b' });
    const { credentials, user } = await issueOn(stsNetwork(answer));
    expect(credentials.sessionToken).toBe('a&b');
    expect(user.arn).toBe('arn:aws:sts::111122223333:assumed-role/daypass-files/alice');
  });

  test('may have an expiration with milliseconds', async () => {
    const { credentials } = await issueOn(stsNetwork(granted({ Expiration: '2026-06-01T13:00:00.123Z' })));
    expect(credentials.expiration).toEqual(new Date('2026-06-01T13:00:00.123Z'));
  });

  test.each(['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration', 'Arn', 'AssumedRoleId'])(
    'without %s is a fault, not a refusal',
    async (element) => {
      for (const text of [undefined, '']) {
        const error: unknown = await issueOn(stsNetwork(granted({ [element]: text }))).catch(
          (reason: unknown) => reason,
        );
        expect(error).not.toBeInstanceOf(Refusal);
        expect(error).toEqual(new Error(`STS answered without ${element}`));
      }
    },
  );

  test('with an expiration that is no time is a fault', async () => {
    await expect(issueOn(stsNetwork(granted({ Expiration: 'soon' })))).rejects.toThrow(
      'STS answered with an Expiration that is no time',
    );
  });

  test('is a refusal when STS says no', async () => {
    await expect(issueOn(stsNetwork(refused(403, 'AccessDenied')))).rejects.toMatchObject({ code: 'sts_denied' });
  });
});
