import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Each floor may import itself, the ground and the floors before it: the order is the order of the exchange. */
const ground = [
  'lib/refusal.ts',
  'lib/access-key.ts',
  'lib/arn.ts',
  'lib/nearest.ts',
  'lib/record.ts',
  'lib/message-of.ts',
  'lib/printable.ts',
  'lib/routes.ts',
  'lib/environment.ts',
  'lib/strict-json.ts',
  'lib/html.ts',
  'lib/network/',
  'lib/aws-query/',
];
const pipeline = [
  'lib/store/',
  'lib/policy/',
  'lib/identity/',
  'lib/replay/',
  'lib/sign-in/',
  'lib/grant/',
  'lib/session/',
  'lib/issue/',
  'lib/revoke/',
  'lib/console/',
  'lib/audit/',
  'lib/exchange.ts',
  'lib/config/',
  'lib/provider-watch/',
  'lib/explain/',
  'lib/check/',
  'lib/grant-tests/',
  'lib/dialects/',
  'lib/client/',
  'lib/cli/',
];

const mayImport = new Map<string, readonly string[]>([
  ...ground.map((place) => [place, []] as const),
  // A route says what its door may put into the table.
  ['lib/routes.ts', ['lib/store/store.ts']],
  ['lib/door.ts', ground],
  ...pipeline.map((place, floor) => [place, [...ground, ...pipeline.slice(0, floor)]] as const),
  ['lambdas/', [...ground, 'lib/door.ts', ...pipeline]],
  // Names door files, never imports them.
  [
    'lib/infra/',
    [
      'lib/arn.ts',
      'lib/refusal.ts',
      'lib/routes.ts',
      'lib/environment.ts',
      'lib/audit/audit-entry.ts',
      'lib/audit/metrics.ts',
      'lib/config/',
      'lib/check/',
      'lib/grant/',
      'lib/provider-watch/days-to-act.ts',
      'lib/identity/oidc/vendors.ts',
      'lib/identity/oidc/condition-keys.ts',
      'lib/sign-in/our-addresses.ts',
      'lib/store/store.ts',
    ],
  ],
  // Is given the doors as arguments.
  [
    'lib/local/',
    [
      'lib/routes.ts',
      'lib/access-key.ts',
      'lib/arn.ts',
      'lib/aws-query/',
      'lib/message-of.ts',
      'lib/environment.ts',
      'lib/door.ts',
      'lib/html.ts',
      'lib/network/',
      'lib/record.ts',
      'lib/refusal.ts',
      'lib/config/configuration.ts',
      'lib/console/partition.ts',
      'lib/session/packed-size.ts',
      'lib/sign-in/our-addresses.ts',
      'lib/store/store.ts',
      'lib/policy/',
      'lib/identity/',
      'lib/grant/',
    ],
  ],
  ['bin/', ['lib/', 'lambdas/']],
]);

/** A package with a home is named nowhere else. */
const homes = new Map<string, readonly string[]>([
  ['@aws-sdk/client-dynamodb', ['lib/store/dynamodb-store.ts', 'lib/audit/dynamodb-audit.ts']],
  [
    '@aws-sdk/client-iam',
    [
      'lambdas/refresh-metadata.ts',
      'lib/cli/live-iam.ts',
      'lib/cli/live-probe.ts',
      'lib/revoke/iam-policies.ts',
      'lib/issue/iam-access-keys.ts',
    ],
  ],
  ['@aws-sdk/client-kms', ['lib/issue/kms-signer.ts']],
  ['@aws-sdk/client-sts', ['lib/cli/live-sts.ts', 'lib/cli/live-doors.ts', 'lib/cli/live-iam.ts']],
  ['@smithy/signature-v4', ['lib/issue/aws-signature.ts', 'lib/cli/']],
  ['@napi-rs/keyring', ['lib/cli/secret-store.ts']],
  ['open', ['lib/cli/this-machine.ts']],
  ['openid-client', ['lib/cli/sign-in/oidc.ts']],
  ['@aws-sdk/client-secrets-manager', ['lib/store/secrets-manager.ts']],
  ['@peculiar/x509', ['lib/local/saml-idp/']],
  ['@xmldom/xmldom', ['lib/identity/saml/']],
  ['@middy/core', ['lambdas/serve.ts']],
  ['@middy/http-security-headers', ['lambdas/serve.ts']],
  ['@valibot/to-json-schema', ['lib/config/json-schema.ts']],
  ['aws-cdk-lib', ['lib/infra/']],
  ['aws-jwt-verify', ['lib/identity/oidc/']],
  ['aws-lambda', ['lib/door.ts', 'lambdas/', 'lib/local/gateway.ts']],
  ['cdk-nag', ['lib/infra/daypass-app.ts']],
  ['constructs', ['lib/infra/']],
  ['dynalite', ['lib/local/aws/dynamodb.ts']],
  ['esbuild', ['lib/infra/bundle-door.ts']],
  ['jose', ['lib/local/aws/']],
  ['reflect-metadata', ['lib/local/saml-idp/']],
  ['samlify', ['lib/identity/saml/metadata/', 'lib/sign-in/service-provider.ts', 'lib/local/saml-idp/']],
  ['xml-crypto', ['lib/identity/saml/verify-signature.ts']],
  ['oidc-provider', ['lib/local/idp/']],
  ['otpauth', ['lib/local/aws/']],
  ['valibot', ['lib/config/', 'lib/grant-tests/']],
  ['yaml', ['lib/config/read-config-file.ts', 'lib/cli/commands/test.ts']],
]);

const files = ['bin', 'lib', 'lambdas'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.normalize(join(folder, name))),
);

const isWithin = (file: string, place: string) => (place.endsWith('/') ? file.startsWith(place) : file === place);

/** The innermost place that a file belongs to. */
const placeOf = (file: string) =>
  [...mayImport.keys()].filter((place) => isWithin(file, place)).sort((a, b) => b.length - a.length)[0];

/** `#saml` and the like, and what they stand for. */
const inPackage = new Map(
  Object.entries((JSON.parse(readFileSync('package.json', 'utf8')) as { imports: Record<string, string> }).imports).map(
    ([name, target]) => [name, posix.normalize(target)],
  ),
);

const importsOf = (file: string) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');

const localImports = (file: string) =>
  importsOf(file)
    .filter((target) => target.startsWith('.') || inPackage.has(target))
    .map((target) => inPackage.get(target) ?? posix.join(posix.dirname(file), target));

describe('floors', () => {
  test('there are files to judge', () => {
    expect(files.length).toBeGreaterThan(60);
  });

  test.each(files)('%s imports only what its floor may', (file) => {
    const place = placeOf(file);
    expect(place, `${file} has no place on the map`).toBeDefined();
    const allowed = [place ?? '', ...(mayImport.get(place ?? '') ?? [])];
    const strangers = localImports(file).filter((target) => !allowed.some((each) => isWithin(target, each)));
    expect(strangers).toEqual([]);
  });

  test('no import goes in a circle', () => {
    const settled = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      expect(path, `a circle: ${[...path, file].join(' → ')}`).not.toContain(file);
      if (settled.has(file)) return;
      for (const target of localImports(file)) visit(target, [...path, file]);
      settled.add(file);
    };
    for (const file of files) visit(file, []);
  });
});

describe('packages', () => {
  test.each(files)('%s names packages where they are at home', (file) => {
    const packages = importsOf(file).filter((target) => !/^(\.|#|node:)/.test(target));
    for (const target of packages) {
      const name = target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/');
      expect(builtinModules, `write node:${name}`).not.toContain(name);
      const home = homes.get(name);
      expect(home, `${name} has no home`).toBeDefined();
      expect(
        home?.some((place) => isWithin(file, place)),
        `${name} is not at home in ${file}`,
      ).toBe(true);
    }
  });
});

describe('the rim', () => {
  const naming = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(file, 'utf8')));

  test('the environment is read in one place', () => {
    expect(naming(/process\.env/)).toEqual(['lib/environment.ts']);
  });

  test('the clock is read where a rim is made', () => {
    expect(naming(/new Date\(\)|Date\.now\(\)/).sort()).toEqual([
      'bin/daypass.ts',
      'bin/start.ts',
      'lambdas/rim.ts',
      'lib/client/from-daypass.ts',
      'lib/config/read-config-file.ts',
      'lib/local/idp/memory-adapter.ts',
    ]);
  });

  test('nothing writes to the console', () => {
    expect(naming(/\bconsole\.(log|info|warn|error|debug|trace|table|dir)\b/)).toEqual([]);
  });
});
