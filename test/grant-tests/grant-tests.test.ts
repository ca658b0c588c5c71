import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../lib/config/load-config.ts';
import { readConfigurationFile } from '../../lib/config/read-config-file.ts';
import { readGrantTests } from '../../lib/grant-tests/grant-tests.ts';
import { printResults } from '../../lib/grant-tests/print-results.ts';
import { type GrantTestResult, runGrantTests } from '../../lib/grant-tests/run-grant-tests.ts';
import { aConfiguration } from '../kit/builders.ts';
import { aMoment } from '../kit/issuer.ts';

const surroundings = { account: '111122223333', url: 'https://daypass.example', now: aMoment };
const policy = [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/{tenant}/*'] }];
const configuration = loadConfiguration(
  aConfiguration({
    oidc: { awsClaims: ['tags', 'sourceIdentity'] },
    grant: { acceptsDirectStsCalls: true, session: { name: '{email}', duration: '2h', policy } },
  }),
);

type Members = Readonly<Record<string, unknown>>;

const claims = {
  sub: 'alice',
  email: 'alice@acme.example',
  tenant: 'blue',
  'https://aws.amazon.com/tags': { principal_tags: { team: ['red'] } },
  'https://aws.amazon.com/source_identity': 'alice',
};

/** One test of the grant `files`, which alice gets. */
function resultOf(expected: unknown, more: Members = {}): GrantTestResult {
  const written = { tests: [{ name: 'it', provider: 'app', claims, grant: 'files', expect: expected, ...more }] };
  const [result] = runGrantTests(readGrantTests(written, 'tests.yaml'), configuration, surroundings);
  if (!result) throw new Error('There is no result.');
  return result;
}

const differing = (expected: unknown, more: Members = {}) =>
  resultOf(expected, more).differences.map(({ what }) => what);

describe('what comes of an exchange', () => {
  test.each<[what: string, expected: unknown]>([
    ['allowed', 'allowed'],
    ['the role by its name', { role: 'daypass-files' }],
    ['the role by its ARN', { role: 'arn:aws:iam::111122223333:role/daypass-files' }],
    ['the session name', { sessionName: 'alice@acme.example' }],
    ['the duration', { duration: '120m' }],
    ['the tags', { tags: { team: 'red' } }],
    ['the source identity', { sourceIdentity: 'alice' }],
    ['the policy', { policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/blue/*'] }] }],
  ])('%s, as expected', (_what, expected) => {
    expect(resultOf(expected)).toMatchObject({ passed: true, differences: [] });
  });

  test.each<[what: string, expected: unknown]>([
    ['verdict', 'denied'],
    ['role', { role: 'daypass-other' }],
    ['role', { role: 'arn:aws:iam::444455556666:role/daypass-files' }],
    ['sessionName', { sessionName: 'bob' }],
    ['duration', { duration: '1h' }],
    ['tags', { tags: {} }],
    ['tags', { tags: { team: 'red', more: 'x' } }],
    ['sourceIdentity', { sourceIdentity: 'bob' }],
    ['policy', { policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/red/*'] }] }],
  ])('%s, otherwise than expected', (what, expected) => {
    expect(differing(expected)).toEqual([what]);
  });

  test('a duration that is asked for', () => {
    expect(differing({ duration: '15m' }, { duration: '1m' })).toEqual([]);
  });
});

describe('a denial', () => {
  const bob = { claims: { ...claims, sub: 'bob' } };

  test.each<[expected: unknown]>([
    ['denied'],
    [{ denied: {} }],
    [{ denied: { by: 'grant' } }],
    [{ denied: { by: 'grant', key: 'sub' } }],
  ])('%j, as expected', (expected) => {
    expect(differing(expected, bob)).toEqual([]);
  });

  test.each<[what: string, expected: unknown]>([
    ['verdict', 'allowed'],
    ['denied by', { denied: { by: 'session' } }],
    ['key', { denied: { key: 'email' } }],
  ])('%s, otherwise than expected', (what, expected) => {
    expect(differing(expected, bob)).toEqual([what]);
  });

  test.each<[by: string, more: Members]>([
    ['proof', { claims: { ...claims, aud: 'another' } }],
    ['proof', { claims: { ...claims, exp: 1, iat: 0 } }],
    ['session', { claims: { ...claims, tenant: '*' } }],
  ])('comes from the %s', (by, more) => {
    expect(differing({ denied: { by } }, more)).toEqual([]);
  });

  test('comes from the trust policy where the provider does not announce what it signs', () => {
    const silent = loadConfiguration(aConfiguration());
    const tests = readGrantTests(
      { tests: [{ name: 'it', provider: 'app', claims, grant: 'files', expect: { denied: { by: 'trust policy' } } }] },
      'tests.yaml',
    );
    expect(runGrantTests(tests, silent, surroundings)).toMatchObject([{ passed: true }]);
  });

  test('of a grant that is not there is none, and names those that are', () => {
    expect(resultOf('denied', { grant: 'file' }).differences).toEqual([
      { what: 'grant', expected: 'one of files', got: 'file' },
    ]);
  });

  test('of a provider that is not there names those that are', () => {
    expect(resultOf('allowed', { provider: 'nobody' }).differences).toEqual([
      { what: 'provider', expected: 'one of app', got: 'nobody' },
    ]);
  });
});

describe('the file', () => {
  test.each<[what: string, written: unknown, says: RegExp]>([
    ['nothing', null, /tests\.yaml has a problem/],
    ['no tests', { tests: [] }, /must have a test/],
    [
      'an unknown member',
      { tests: [{ name: 'a', provider: 'app', claims: {}, grant: 'g', expect: 'allowed', expects: 1 }] },
      /tests\.0\.expects/,
    ],
    [
      'an unknown expectation',
      { tests: [{ name: 'a', provider: 'app', claims: {}, grant: 'g', expect: { roles: 'x' } }] },
      /tests\.0\.expect/,
    ],
    ['several problems', { tests: [{ name: 1, provider: 2 }] }, /problems:/],
  ])('with %s is refused with the place', (_what, written, says) => {
    expect(() => readGrantTests(written, 'tests.yaml')).toThrow(says);
  });

  test('that comes along passes with the configuration that comes along', async () => {
    const tests = readGrantTests(parse(readFileSync('daypass.tests.yaml', 'utf8')), 'daypass.tests.yaml');
    const results = runGrantTests(tests, await readConfigurationFile('daypass.yaml'), surroundings);
    expect(results.filter(({ passed }) => !passed).map(({ name }) => name)).toEqual([]);
    expect(results.length).toBeGreaterThan(5);
  });
});

describe('what is printed', () => {
  test('is a line for each that passed', () => {
    expect(printResults([resultOf('allowed')])).toBe('ok    it\n\n1 passed, 0 failed\n');
  });

  test('is the difference line by line, and why, for one that failed', () => {
    const expected = { policy: [{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::privet/red/*'] }] };
    const printed = printResults([resultOf(expected)]);
    expect(printed).toContain(
      '        -       "arn:aws:s3:::privet/red/*"\n        +       "arn:aws:s3:::privet/blue/*"\n',
    );
    expect(printed.match(/"Effect": "Allow"/g)).toHaveLength(1);
    expect(printed).toContain('      | grant         yes  files lets alice in.');
    expect(printed).toMatch(/0 passed, 1 failed\n$/);
  });

  test('tells which condition failed where an exchange was expected', () => {
    const printed = printResults([resultOf('allowed', { claims: { ...claims, sub: 'Alice' } })]);
    expect(printed).toContain(
      '+ got       denied by the grant: files asks for what the proof does not say. StringEquals sub',
    );
    expect(printed).toContain('[letter-case]');
  });
});
