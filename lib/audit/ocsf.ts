// A record as an event of the Open Cybersecurity Schema Framework: class Authentication (3002) of version 1.3.0, with the
// profile cloud. Source: schema.ocsf.io, "Authentication".

import { accountOf } from '../arn.ts';

type Members = Readonly<Record<string, unknown>>;

const category = { category_uid: 3, category_name: 'Identity & Access Management' } as const;
const classOf = { class_uid: 3002, class_name: 'Authentication' } as const;
const activities = { logon: [1, 'Logon'], other: [99, 'Other'] } as const;
const severities = { allowed: [1, 'Informational'], refused: [2, 'Low'], fault: [4, 'High'] } as const;
const statuses = { allowed: [1, 'Success'], refused: [2, 'Failure'], fault: [2, 'Failure'] } as const;
const protocols: Readonly<Record<string, readonly [id: number, name: string]>> = {
  oidc: [4, 'OpenID'],
  saml: [5, 'SAML'],
};
const otherProtocol = [99, 'Other'] as const;

/** What is told of a record by members of its own; the rest goes into `unmapped`. */
const mapped = new Set([
  'event',
  'time',
  'outcome',
  'code',
  'status',
  'requestId',
  'sourceIp',
  'userAgent',
  'provider',
  'issuer',
  'subject',
  'operator',
  'accessKeyId',
  'expiration',
  'roleArn',
  'assumedRoleId',
  'proofKind',
]);

/** Members without a value are left out when it is written as JSON. */
export function ocsfOf(record: Members, version: string): Members {
  const text = (name: string) => {
    const value = record[name];
    return typeof value === 'string' ? value : undefined;
  };
  const outcome = outcomeIn(record);
  // A list of grants, an explanation or a look into the trail asks for no session.
  const [activity_id, activity_name] =
    record.grant !== undefined && !record.operator ? activities.logon : activities.other;
  const [severity_id, severity] = severities[outcome];
  const [status_id, status] = statuses[outcome];
  const [auth_protocol_id, auth_protocol] = protocols[text('proofKind') ?? ''] ?? otherProtocol;
  const arn = text('assumedRoleArn') ?? text('roleArn') ?? text('operator');
  const account = accountOf(arn ?? '');
  const expires = text('expiration');
  return {
    ...category,
    ...classOf,
    activity_id,
    activity_name,
    type_uid: classOf.class_uid * 100 + activity_id,
    type_name: `${classOf.class_name}: ${activity_name}`,
    severity_id,
    severity,
    status_id,
    status,
    status_code: text('code'),
    time: Date.parse(text('time') ?? ''),
    auth_protocol_id,
    auth_protocol,
    metadata: {
      version: '1.3.0',
      product: { name: 'Daypass', vendor_name: 'Daypass', version },
      uid: text('requestId'),
      profiles: ['cloud'],
      event_code: text('door'),
    },
    cloud: { provider: 'AWS', account: account ? { uid: account, type_id: 10 } : undefined },
    actor: { idp: { name: text('provider'), uid: text('issuer') } },
    user: userOf(text),
    session: text('accessKeyId') && {
      uid: text('accessKeyId'),
      issuer: text('roleArn'),
      credential_uid: text('accessKeyId'),
      expiration_time: expires && Date.parse(expires),
    },
    api: {
      operation: text('door'),
      service: { name: 'Daypass' },
      request: { uid: text('requestId') },
      response: { code: record.status ?? 200, error: text('code') },
    },
    service: { name: 'AWS STS' },
    src_endpoint: { ip: text('sourceIp') },
    http_request: { user_agent: text('userAgent') },
    resources: text('roleArn') && [{ uid: text('roleArn'), type: 'AWS::IAM::Role' }],
    unmapped: Object.fromEntries(Object.entries(record).filter(([name]) => !mapped.has(name))),
  };
}

function outcomeIn({ outcome }: Members): keyof typeof statuses {
  return outcome === 'allowed' || outcome === 'refused' ? outcome : 'fault';
}

/** Whose session it is; where nobody was proved, an operator, or nobody. `uid_alt` is what AWS calls him. */
function userOf(text: (name: string) => string | undefined): Members {
  const operator = text('operator');
  const subject = text('subject');
  if (subject === undefined && operator !== undefined) return { uid: operator, type_id: 99, type: 'Operator' };
  if (subject === undefined) return { name: 'unknown', type_id: 0, type: 'Unknown' };
  return {
    name: subject,
    uid: `${text('provider')}/${subject}`,
    uid_alt: text('assumedRoleId'),
    domain: text('issuer'),
    type_id: 1,
    type: 'User',
  };
}
