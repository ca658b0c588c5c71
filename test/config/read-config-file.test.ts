import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../lib/config/read-config-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daypass-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(text: string): string {
  const file = join(folder, 'daypass.yaml');
  writeFileSync(file, text);
  return file;
}

const yaml = ({ when = 'anyone', audience = 'web', account = '"111122223333"' } = {}) => `
providers:
  app:
    oidc: { issuer: https://login.acme.example, audiences: [${audience}] }
grants:
  files:
    from: app
    when: ${when}
    role:
      account: ${account}
      permissions: [{ actions: [s3:GetObject], resources: ["arn:aws:s3:::privet/*"] }]
`;

function errorOf(file: string): Error {
  try {
    readConfigurationFile(file);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error(`${file} was read`);
}

describe('the default daypass.yaml', () => {
  const file = fileURLToPath(new URL(`../../${defaultConfigurationFile}`, import.meta.url));

  test('loads', () => {
    const { providers, grants, fallbackRegions } = readConfigurationFile(file);
    expect([...providers.keys()]).toEqual(['app', 'ci']);
    expect([...grants.keys()]).toEqual(['tenant-files', 'reports', 'deploy']);
    expect(fallbackRegions).toEqual(['us-west-2']);
  });
});

describe('a configuration file', () => {
  test('is read', () => {
    expect(readConfigurationFile(fileOf(yaml())).grants.get('files')?.role).toMatchObject({ account: '111122223333' });
  });

  test('with problems is named, with how many and which', () => {
    const file = fileOf(yaml({ audience: '42', account: '111122223333' }));
    const error = errorOf(file);
    expect(error.message).toBe(
      `${file} has 2 problems:\n` +
        '  providers.app.oidc.audiences[0]: is 42; must be a text\n' +
        '  grants.files.role.account: is 111122223333; must be an account ID in quotes',
    );
    expect(error.cause).toBeInstanceOf(ConfigurationError);
  });

  test('with one problem is told so', () => {
    const file = fileOf(yaml({ audience: '42' }));
    expect(errorOf(file).message).toMatch(`${file} has a problem:\n`);
  });

  test('that is not there is named, with what to do', () => {
    const file = join(folder, 'none.yaml');
    expect(errorOf(file).message).toContain(`${file} cannot be read. Name another file with DAYPASS_CONFIG`);
  });

  test('that is empty is told what it must be', () => {
    expect(errorOf(fileOf('')).message).toMatch(/ is empty; it must have providers and grants\.$/);
  });

  test.each<[what: string, text: string]>([
    ['a list that never ends', 'providers: ['],
    ['a key twice', yaml({ when: '{ StringEquals: { sub: a, sub: b } }' })],
    ['a tab for indentation', 'providers:\n\tapp: 1\n'],
    ['a star without quotes', yaml({ when: '{ StringLike: { email: * } }' })],
    ['two documents', 'providers: {}\n---\ngrants: {}\n'],
  ])('with %s is not YAML: file, line and column are told', (_, text) => {
    const file = fileOf(text);
    const { message } = errorOf(file);
    expect(message).toMatch(`${file} is not YAML:\n`);
    expect(message).toMatch(/line \d+, column \d+/);
  });

  test('with a pattern that YAML takes for an alias is named', () => {
    const file = fileOf(yaml({ when: '{ StringLike: { email: *@acme.example } }' }));
    expect(errorOf(file).message).toContain(file);
  });

  test('with aliases that grow without bound is refused and named', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
    const file = fileOf(`a0: &a0 [x]\n${levels.join('\n')}\n`);
    expect(errorOf(file).message).toContain(file);
  });

  test('has no merge keys: what they would bring in is an unknown key', () => {
    expect(errorOf(fileOf(`${yaml()}<<: { cors: {} }\n`)).message).toContain('<<: is not known here');
  });
});
