// Records as the doors write them.

export const aTime = '2026-06-01T12:00:00.000Z';
export const aKey = 'ASIAIOSFODNN7EXAMPLE';
export const aRole = 'arn:aws:iam::111122223333:role/daypass-files';

/** Of an exchange that gave alice the files, unless told otherwise. */
export const aRecord = (changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  event: 'exchange',
  time: aTime,
  door: 'credentials',
  requestId: 'JKJaXmPLvHcESHA=',
  sourceIp: '192.0.2.1',
  userAgent: 'curl/8',
  outcome: 'allowed',
  proof: '22d94dcc37a23851',
  proofKind: 'oidc',
  provider: 'app',
  issuer: 'https://login.acme.example',
  subject: 'alice',
  provenUntil: '2026-06-01T12:05:00.000Z',
  grant: 'files',
  rule: ['StringEquals sub'],
  way: 'forward',
  roleArn: aRole,
  sessionName: 'alice@acme.example',
  tags: { tenant: 'blue' },
  durationSeconds: 3600,
  accessKeyId: aKey,
  expiration: '2026-06-01T13:00:00.000Z',
  assumedRoleArn: 'arn:aws:sts::111122223333:assumed-role/daypass-files/alice@acme.example',
  assumedRoleId: 'AROAEXAMPLE:alice@acme.example',
  ...changes,
});
