import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Each floor may import itself, the ground and the floors before it: the order is the order of the exchange. */
const ground = [
  'lib/refusal.ts',
  'lib/nearest.ts',
  'lib/record.ts',
  'lib/message-of.ts',
  'lib/routes.ts',
  'lib/environment.ts',
  'lib/strict-json.ts',
  'lib/network/',
];
const pipeline = [
  'lib/policy/',
  'lib/identity/',
  'lib/grant/',
  'lib/session/',
  'lib/issue/',
  'lib/audit/',
  'lib/exchange.ts',
  'lib/config/',
  'lib/dialects/',
];

const mayImport = new Map<string, readonly string[]>([
  ...ground.map((place) => [place, []] as const),
  ['lib/door.ts', ground],
  ...pipeline.map((place, floor) => [place, [...ground, ...pipeline.slice(0, floor)]] as const),
  ['lambdas/', [...ground, 'lib/door.ts', ...pipeline]],
  // Names door files, never imports them.
  ['lib/infra/', ['lib/routes.ts', 'lib/environment.ts', 'lib/config/', 'lib/grant/', 'lib/identity/oidc/vendors.ts']],
  // Is given the doors as arguments.
  [
    'lib/local/',
    [
      'lib/routes.ts',
      'lib/message-of.ts',
      'lib/environment.ts',
      'lib/door.ts',
      'lib/network/',
      'lib/config/configuration.ts',
      'lib/policy/',
      'lib/identity/',
      'lib/grant/',
    ],
  ],
  ['bin/', ['lib/', 'lambdas/']],
]);

/** A package with a home is named nowhere else. */
const homes = new Map<string, readonly string[]>([
  ['@middy/core', ['lambdas/serve.ts']],
  ['@middy/http-security-headers', ['lambdas/serve.ts']],
  ['@valibot/to-json-schema', ['lib/config/json-schema.ts']],
  ['aws-cdk-lib', ['lib/infra/']],
  ['aws-jwt-verify', ['lib/identity/oidc/']],
  ['aws-lambda', ['lib/door.ts', 'lambdas/', 'lib/local/gateway.ts']],
  ['cdk-nag', ['lib/infra/daypass-app.ts']],
  ['constructs', ['lib/infra/']],
  ['esbuild', ['lib/infra/bundle-door.ts']],
  ['jose', ['lib/local/aws/']],
  ['oidc-provider', ['lib/local/idp/']],
  ['valibot', ['lib/config/']],
  ['yaml', ['lib/config/read-config-file.ts']],
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

const importsOf = (file: string) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');

const localImports = (file: string) =>
  importsOf(file)
    .filter((target) => target.startsWith('.'))
    .map((target) => posix.join(posix.dirname(file), target));

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
    const packages = importsOf(file).filter((target) => !target.startsWith('.') && !target.startsWith('node:'));
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
      'bin/start.ts',
      'lambdas/rim.ts',
      'lib/local/idp/memory-adapter.ts',
    ]);
  });

  test('nothing writes to the console', () => {
    expect(naming(/console\./)).toEqual([]);
  });
});
