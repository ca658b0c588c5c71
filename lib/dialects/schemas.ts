// What bodies and answers look like, as JSON Schema (2020-12). Readers take the members from here, and the OpenAPI
// document is made of them.

import type { credentialsMembers } from './members.ts';

interface Schema<Name extends string = string> {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<Name, unknown>>;
}

// Doors that need one of these do not carry the others: the bundler must know that making them does nothing else.
/* @__NO_SIDE_EFFECTS__ */ const text = (description: string) => ({ type: 'string', description });
/* @__NO_SIDE_EFFECTS__ */ const seconds = (description: string) => ({ type: 'integer', minimum: 1, description });
/* @__NO_SIDE_EFFECTS__ */ const both = <A extends object, B extends object>(some: A, more: B) => ({
  ...some,
  ...more,
});
/* @__NO_SIDE_EFFECTS__ */ const time = (description: string) => ({ type: 'string', format: 'date-time', description });

const token = text('An OIDC ID token (JWS compact form).');
const samlResponse = text('A SAML response in base64, instead of a token.');
const awsRequest = text('A signed AWS request (daypass-aws-v1.…), instead of a token.');
const grant = text('The name of a grant.');

export const credentialsRequest = {
  type: 'object',
  required: ['grant'],
  properties: { grant, token, samlResponse, awsRequest, durationSeconds: seconds('Shortened where it is too long.') },
} as const satisfies Schema<(typeof credentialsMembers)[number]>;

export const signInRequest = {
  type: 'object',
  required: ['grant', 'code', 'verifier'],
  properties: {
    grant,
    code: text('What the portal sent the browser back with.'),
    verifier: text('Of PKCE (RFC 7636).'),
    durationSeconds: seconds('Shortened where it is too long.'),
  },
} as const satisfies Schema;

export const consoleRequest = {
  type: 'object',
  required: ['grant'],
  properties: both(credentialsRequest.properties, { destination: text('A page of the AWS console.') }),
} as const satisfies Schema;

export const explainRequest = {
  type: 'object',
  required: ['grant'],
  properties: { grant, token, awsRequest },
} as const satisfies Schema;

export const adminExplainRequest = {
  type: 'object',
  required: ['grant'],
  properties: {
    grant,
    token,
    provider: text('Whose claims they are.'),
    claims: { type: 'object', description: 'Claims as the provider would prove them, instead of a token.' },
  },
} as const satisfies Schema;

export const credentialsAnswer = {
  type: 'object',
  required: ['credentials', 'grant', 'expiresIn'],
  properties: {
    credentials: {
      type: 'object',
      required: ['accessKeyId', 'secretAccessKey', 'sessionToken', 'expiration'],
      properties: {
        accessKeyId: { type: 'string' },
        secretAccessKey: { type: 'string' },
        sessionToken: { type: 'string' },
        expiration: time('When they end.'),
      },
    },
    assumedRoleUser: {
      type: 'object',
      required: ['arn', 'assumedRoleId'],
      properties: { arn: { type: 'string' }, assumedRoleId: { type: 'string' } },
    },
    federatedUser: {
      type: 'object',
      description: 'Instead of assumedRoleUser, for a grant of the way federation-token.',
      required: ['arn', 'federatedUserId'],
      properties: { arn: { type: 'string' }, federatedUserId: { type: 'string' } },
    },
    grant,
    expiresIn: { type: 'integer', description: 'Seconds.' },
    durationLimitedBy: { type: 'string', enum: ['grant', 'role', 'proof', 'shortest session'] },
  },
} as const satisfies Schema;

export const containerAnswer = {
  type: 'object',
  required: ['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'RoleArn', 'AccountId'],
  properties: {
    AccessKeyId: { type: 'string' },
    SecretAccessKey: { type: 'string' },
    Token: { type: 'string' },
    Expiration: time('When they end: 15 minutes from now, or later.'),
    RoleArn: { type: 'string' },
    AccountId: { type: 'string' },
  },
} as const satisfies Schema;

export const containerError = {
  type: 'object',
  required: ['Code', 'Message', 'code', 'message', 'requestId'],
  properties: {
    Code: { type: 'string' },
    Message: { type: 'string' },
    code: { type: 'string' },
    message: { type: 'string' },
    requestId: { type: 'string' },
  },
} as const satisfies Schema;

export const tokenRequest = {
  type: 'object',
  required: ['grant_type', 'subject_token', 'subject_token_type'],
  properties: {
    grant_type: { const: 'urn:ietf:params:oauth:grant-type:token-exchange' },
    subject_token: text('An ID token, a SAML response in base64url, or a signed AWS request.'),
    subject_token_type: {
      enum: [
        'urn:ietf:params:oauth:token-type:id_token',
        'urn:ietf:params:oauth:token-type:jwt',
        'urn:ietf:params:oauth:token-type:saml2',
        'urn:daypass:token-type:aws-signed-request',
      ],
    },
    audience: text('The name of a grant.'),
    resource: text('The ARN of the role of a grant, instead of an audience.'),
    requested_token_type: { const: 'urn:daypass:token-type:aws-credentials' },
  },
} as const satisfies Schema;

export const stsRequest = {
  type: 'object',
  required: ['Action', 'Version'],
  properties: {
    Action: { enum: ['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML', 'GetCallerIdentity'] },
    Version: { const: '2011-06-15' },
    RoleArn: text('Chooses the grant.'),
    RoleSessionName: text('Required, and without effect.'),
    WebIdentityToken: token,
    PrincipalArn: text('The IAM SAML provider.'),
    SAMLAssertion: samlResponse,
    DurationSeconds: seconds('900 to 43200.'),
    Policy: text('Narrows the session. So does PolicyArns.member.1.arn.'),
  },
} as const satisfies Schema;

export const tokenAnswer = {
  type: 'object',
  required: ['access_token', 'issued_token_type', 'token_type', 'expires_in'],
  properties: {
    access_token: text('JSON as credential_process prints it: Version, AccessKeyId, SecretAccessKey, …'),
    issued_token_type: { const: 'urn:daypass:token-type:aws-credentials' },
    token_type: { const: 'N_A' },
    expires_in: { type: 'integer', description: 'Seconds.' },
    duration_limited_by: { type: 'string' },
  },
} as const satisfies Schema;

export const tokenError = {
  type: 'object',
  required: ['error', 'error_description', 'request_id'],
  properties: {
    error: { type: 'string' },
    error_description: { type: 'string' },
    request_id: { type: 'string' },
  },
} as const satisfies Schema;

export const consoleAnswer = {
  type: 'object',
  required: ['url', 'expiresIn'],
  properties: {
    url: { type: 'string', format: 'uri' },
    expiresIn: { type: 'integer', description: 'For how many seconds the link is good.' },
  },
} as const satisfies Schema;

export const grantsAnswer = {
  type: 'object',
  required: ['grants'],
  properties: {
    grants: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'roleArn', 'account', 'provider', 'longestDurationSeconds'],
        properties: {
          name: { type: 'string' },
          roleArn: { type: 'string' },
          account: { type: 'string', description: 'The ID of the account of the role.' },
          accountName: { type: 'string', description: 'What people know the account as, where that is configured.' },
          provider: { type: 'string' },
          longestDurationSeconds: { type: 'integer' },
        },
      },
    },
  },
} as const satisfies Schema;

export const explainAnswer = {
  type: 'object',
  required: ['verdict', 'provider', 'subject', 'provenUntil', 'claims', 'lookedAtInVain', 'grants'],
  properties: {
    verdict: { type: 'string' },
    provider: { type: 'string' },
    subject: { type: 'string' },
    provenUntil: time('When the proof ends.'),
    claims: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
    notComparable: { type: 'array', items: { type: 'string' } },
    lookedAtInVain: { type: 'array', items: { type: 'string' } },
    grants: { type: 'array', items: { type: 'string' } },
  },
} as const satisfies Schema;

export const adminExplainAnswer = {
  type: 'object',
  required: ['verdict', 'stages'],
  properties: { verdict: { type: 'string' }, stages: { type: 'array', items: { type: 'object' } } },
} as const satisfies Schema;

/** Of the query. */
export const auditParameters = {
  type: 'object',
  properties: {
    person: text('{provider}/{subject}, or the ARN of an operator.'),
    key: text('An access key ID.'),
    role: text('The ARN of a role.'),
    grant,
    session: text('The name of a role session.'),
    since: time('Or a day. By default a day before until; without a limit where one of the first four is there.'),
    until: time('Or a day, which is meant whole. By default now.'),
    limit: { type: 'integer', minimum: 1, maximum: 200, description: 'Records of one answer: 50 by default.' },
    next: text('From the answer before.'),
  },
} as const satisfies Schema;

export const auditAnswer = {
  type: 'object',
  required: ['records'],
  properties: {
    records: { type: 'array', items: { type: 'object' }, description: 'As the audit lines, newest first.' },
    next: text('There may be more: ask again with it.'),
  },
} as const satisfies Schema;

export const revokeRequest = {
  type: 'object',
  properties: {
    session: text('The access key ID of a session.'),
    person: text('{provider}/{subject}'),
    grant,
    role: text('The ARN of a role that some grant gives.'),
    reason: text('For whoever looks later.'),
    lift: { type: 'boolean', description: 'Whether it is lifted instead.' },
    dryRun: { type: 'boolean', description: 'Whether it is only told what would be done.' },
  },
} as const satisfies Schema;

export const revokeAnswer = {
  type: 'object',
  required: ['done', 'changed', 'roles', 'newExchanges', 'propagation'],
  properties: {
    done: { enum: ['revoked', 'lifted', 'nothing'] },
    changed: { type: 'boolean', description: 'Whether it was not so before.' },
    dryRun: { const: true, description: 'Nothing was done; the rest is what would be.' },
    roles: {
      type: 'array',
      items: {
        type: 'object',
        required: ['role', 'outcome'],
        properties: {
          role: { type: 'string' },
          outcome: { enum: ['denied', 'unchanged', 'cleared', 'elsewhere', 'failed'] },
          document: text('The inline policy DaypassRevocations of the role.'),
          warnings: { type: 'array', items: { type: 'string' } },
          why: { type: 'string' },
        },
      },
    },
    newExchanges: { type: 'string' },
    propagation: { type: 'string' },
  },
} as const satisfies Schema;

export const revocationsAnswer = {
  type: 'object',
  required: ['revocations'],
  properties: { revocations: { type: 'array', items: { type: 'object' } } },
} as const satisfies Schema;

export const errorAnswer = {
  type: 'object',
  required: ['error', 'message', 'requestId'],
  properties: { error: { type: 'string' }, message: { type: 'string' }, requestId: text('Finds the audit line.') },
} as const satisfies Schema;

export const openidConfiguration = {
  type: 'object',
  required: ['issuer', 'jwks_uri', 'response_types_supported', 'subject_types_supported'],
  properties: {
    issuer: { type: 'string', format: 'uri' },
    jwks_uri: { type: 'string', format: 'uri' },
    response_types_supported: { type: 'array', items: { type: 'string' } },
    subject_types_supported: { type: 'array', items: { type: 'string' } },
    id_token_signing_alg_values_supported: { type: 'array', items: { type: 'string' } },
    claims_supported: { type: 'array', items: { type: 'string' } },
  },
} as const satisfies Schema;

export const keySet = {
  type: 'object',
  required: ['keys'],
  properties: {
    keys: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kty', 'kid', 'use', 'alg', 'n', 'e'],
        properties: {
          kty: { type: 'string' },
          kid: { type: 'string' },
          use: { type: 'string' },
          alg: { type: 'string' },
          n: { type: 'string' },
          e: { type: 'string' },
        },
      },
    },
  },
} as const satisfies Schema;

export const authorizationServer = {
  type: 'object',
  required: ['issuer', 'token_endpoint', 'response_types_supported'],
  properties: {
    issuer: { type: 'string', format: 'uri' },
    token_endpoint: { type: 'string', format: 'uri' },
    response_types_supported: { type: 'array', items: { type: 'string' } },
    grant_types_supported: { type: 'array', items: { type: 'string' } },
    token_endpoint_auth_methods_supported: { type: 'array', items: { type: 'string' } },
    service_documentation: { type: 'string', format: 'uri' },
  },
} as const satisfies Schema;
