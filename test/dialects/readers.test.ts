// Every reader of the doors, with whatever somebody may send: it reads or refuses, and no refusal repeats a token.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acs } from '../../lib/dialects/acs.ts';
import { audit } from '../../lib/dialects/audit.ts';
import { consoleLink } from '../../lib/dialects/console.ts';
import { containerCredentials } from '../../lib/dialects/container-credentials.ts';
import { credentials } from '../../lib/dialects/credentials.ts';
import type { Dialect } from '../../lib/dialects/dialect.ts';
import { discovery } from '../../lib/dialects/discovery.ts';
import { explain } from '../../lib/dialects/explain.ts';
import { grants } from '../../lib/dialects/grants.ts';
import type { HttpRequest } from '../../lib/dialects/http.ts';
import { issuer } from '../../lib/dialects/issuer.ts';
import { metadata } from '../../lib/dialects/metadata.ts';
import { portal } from '../../lib/dialects/portal.ts';
import { revoke } from '../../lib/dialects/revoke.ts';
import { signIn } from '../../lib/dialects/sign-in.ts';
import { stsQuery } from '../../lib/dialects/sts-query.ts';
import { tokenExchange } from '../../lib/dialects/token-exchange.ts';
import { routes } from '../../lib/routes.ts';
import { refusalOf } from './kit.ts';

const url = 'https://access.acme.example';
const dialects: Readonly<Record<string, Dialect<never, never> | undefined>> = {
  acs: acs as never,
  'admin-audit': audit(() => new Date()) as never,
  console: consoleLink as never,
  'container-credentials': containerCredentials as never,
  credentials: credentials as never,
  discovery: discovery({ url, saml: true, vouch: true }) as never,
  issuer: issuer as never,
  explain: explain as never,
  grants: grants as never,
  metadata: metadata as never,
  portal: portal({ url, providers: ['corp'], hasConsole: true, signInStandIn: undefined }) as never,
  revoke: revoke as never,
  'sign-in': signIn as never,
  'sts-query': stsQuery({ portal: '/portal' }) as never,
  'token-exchange': tokenExchange as never,
};

const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlc2lnbmF0dXJl';
const words = [
  'grant',
  'token',
  'samlResponse',
  'code',
  'verifier',
  'wants',
  'Action',
  'Policy',
  'subject_token',
  'audience',
  'person',
  'since',
  'next',
];
const name = fc.constantFrom(
  ...words,
  '__proto__',
  'constructor',
  'durationSeconds',
  'claims',
  'provider',
  'command-line',
);
const value = fc.oneof(
  fc.constantFrom(token, '', 'files', '900', 'AssumeRoleWithSAML', '2011-06-15'),
  fc.string({ unit: 'binary' }),
);
const body = fc.oneof(
  fc.dictionary(name, fc.oneof(value, fc.jsonValue())).map((members) => Buffer.from(JSON.stringify(members))),
  fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => Buffer.from(new URLSearchParams(pairs).toString())),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);
const requests = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom(...routes.map((route) => route.path), '', '//', '/v1'),
  query: fc.oneof(fc.constant(''), fc.webQueryParameters(), fc.string({ unit: 'binary' })),
  headers: fc
    .dictionary(
      fc.constantFrom('content-type', 'authorization', 'origin', 'sec-fetch-site', 'x-amz-security-token'),
      fc.oneof(
        fc.constantFrom('application/json', 'application/x-www-form-urlencoded', `Bearer ${token}`, token, url),
        fc.string(),
      ),
    )
    .map((given) => new Map(Object.entries(given))),
  cookies: fc
    .dictionary(
      fc.constantFrom('__Host-daypass-sign-in', '__Host-daypass-browser', '__Host-daypass-command-line'),
      fc.string(),
    )
    .map((given) => new Map(Object.entries(given))),
  pathParameters: fc
    .dictionary(fc.constantFrom('grant', 'provider'), value)
    .map((given) => new Map(Object.entries(given))),
  iamCaller: fc.constantFrom('arn:aws:iam::111122223333:user/ali'),
  body,
}) satisfies fc.Arbitrary<HttpRequest>;

const doors = [...new Set(routes.map(({ door }) => door))].filter((door) => door !== 'health');

test.each(doors)('%s', (door) => {
  const dialect = dialects[door];
  if (!dialect) throw new Error(`The door ${door} has no dialect here.`);
  fc.assert(
    fc.property(requests, (request) => {
      const refusal = refusalOf(() => dialect.read(request));
      const told = JSON.stringify([refusal?.detail, refusal?.message]);
      for (const part of token.split('.')) expect(told).not.toContain(part);
    }),
    { numRuns: 1_000 },
  );
});
