// Claims that attack, brought to a door over HTTP: the embedded STS takes what it is told of them, the account keeps tenants
// apart, and nothing is a fault.

import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aVouchedStack, type VouchedStack } from '../kit/vouched.ts';

const session = {
  name: '{who}',
  tags: { tenant: '{tenant}', note: { value: 'of {who}', drop: 1 } },
  sourceIdentity: '{who}',
  policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/{tenant}/*'] }],
};

let stack: VouchedStack;
beforeAll(async () => {
  stack = await aVouchedStack({
    vouch: { way: 'vouch', session: { ...session, transitiveTags: ['tenant'] } },
    chain: { way: 'chain', session: { ...session, transitiveTags: ['tenant'] } },
  });
});
afterAll(() => stack?.stop());

const hostile = [
  ...['"', '\\', "'", '${aws:username}', '${*}', '*', '?', '$', '{x}', '{sub}', 'a\nb', 'a\0b', 'a\u2028b', 'a\u2029b'],
  ...[
    '\u200fa',
    'a\u202eb',
    'a\u200bb',
    'e\u0301',
    '\u0301',
    'a'.repeat(300),
    '..',
    'blue/../yellow',
    '%2e%2e',
    ' blue',
  ],
  ...[
    'blue ',
    'a👩‍👩‍👧',
    '👩',
    '東京',
    'blue/plan.txt',
    '<a>&amp;',
    ']]>',
    'aws:root',
    'a:b',
    'vouch:ci:bob',
    ':',
    '\t',
    '\x1b[2J',
  ],
  ...['"],"Effect":"Allow","Resource":["*', '-0123456789abcdef', '0123456789abcdef', '\u00a0', 'ß', '=', '@', '.', '-'],
];

/** OpenID Connect Core 1.0 §2: 255 characters at most; one of blanks is nobody. */
const subjectOf = (who: string) => (who.trim() === '' ? `${who}x` : who.slice(0, 255));

describe.each(['vouch', 'chain'])('%s', (way) => {
  const exchange = async (claims: object) => {
    const before = stack.lines.length;
    const answered = await stack.exchange(way, stack.token({ who: 'alice', ...claims }));
    const lines = stack.lines.slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    return { ...answered, line: stack.audit.at(-1) ?? {} };
  };

  test.each(hostile)('whoever is called %j has a session of his own, and a name that STS takes', async (who) => {
    const { status, line } = await exchange({ sub: subjectOf(who), who });
    expect([status, line.detail]).toEqual([200, undefined]);
    expect(line.sessionName).toMatch(/^[A-Za-z0-9_+=,.@-]{2,64}$/);
    expect(line).toMatchObject({ tags: { tenant: 'blue' }, sourceIdentity: line.sessionName });
  });

  test.each(hostile)('whoever is of the tenant %j gets what is his or nothing', async (tenant) => {
    const { status, error, credentials, line } = await exchange({ tenant });
    if (status !== 200) {
      expect([error, line.code]).toEqual(['session_unrenderable', 'session_unrenderable']);
      return;
    }
    expect(line).toMatchObject({ tags: { tenant } });
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const keys = { accessKeyId, secretAccessKey, sessionToken };
    const s3 = new S3Client({ endpoint: stack.aws, region: 'us-east-1', forcePathStyle: true, credentials: keys });
    for (const Key of ['blue/plan.txt', 'yellow/plan.txt', 'welcome.txt']) {
      await expect(s3.send(new GetObjectCommand({ Bucket: 'privet', Key }))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    }
  });
});
