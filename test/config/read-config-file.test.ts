import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../lib/config/configuration.ts';
import { defaultConfigurationFile, readConfigurationFile } from '../../lib/config/read-config-file.ts';
import { aMoment } from '../kit/issuer.ts';
import { aMetadata } from '../kit/metadata.ts';
import { aNetwork } from '../kit/network.ts';
import { aSamlIdp } from '../kit/saml-idp.ts';

const { certificate } = await aSamlIdp();
const certificates = [certificate];
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

async function errorOf(file: string): Promise<Error> {
  try {
    await readConfigurationFile(file);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error(`${file} was read`);
}

describe('the default daypass.yaml', () => {
  const file = fileURLToPath(new URL(`../../${defaultConfigurationFile}`, import.meta.url));

  test('loads', async () => {
    const { providers, grants, fallbackRegions } = await readConfigurationFile(file);
    expect([...providers.keys()]).toEqual(['app', 'corp', 'ci']);
    expect([...grants.keys()]).toEqual(['tenant-files', 'reports', 'support', 'read-reports', 'deploy']);
    expect(fallbackRegions).toEqual(['us-west-2']);
  });
});

describe('a configuration file', () => {
  test('is read', async () => {
    const { grants } = await readConfigurationFile(fileOf(yaml()));
    expect(grants.get('files')?.role).toMatchObject({ account: '111122223333' });
  });

  test('with problems is named, with how many and which', async () => {
    const file = fileOf(yaml({ audience: '42', account: '111122223333' }));
    const error = await errorOf(file);
    expect(error.message).toBe(
      `${file} has 2 problems:\n` +
        '  providers.app.oidc.audiences[0]: is 42; must be a text\n' +
        '  grants.files.role.account: is 111122223333; must be an account ID in quotes',
    );
    expect(error.cause).toBeInstanceOf(ConfigurationError);
  });

  test('with one problem is told so', async () => {
    const file = fileOf(yaml({ audience: '42' }));
    expect((await errorOf(file)).message).toMatch(`${file} has a problem:\n`);
  });

  test('that is not there is named, with what to do', async () => {
    const file = join(folder, 'none.yaml');
    expect((await errorOf(file)).message).toContain(`${file} cannot be read. Name another file with DAYPASS_CONFIG`);
  });

  test('that is empty is told what it must be', async () => {
    expect((await errorOf(fileOf(''))).message).toMatch(/ is empty; it must have providers and grants\.$/);
  });

  test.each<[what: string, text: string]>([
    ['a list that never ends', 'providers: ['],
    ['a key twice', yaml({ when: '{ StringEquals: { sub: a, sub: b } }' })],
    ['a tab for indentation', 'providers:\n\tapp: 1\n'],
    ['a star without quotes', yaml({ when: '{ StringLike: { email: * } }' })],
    ['two documents', 'providers: {}\n---\ngrants: {}\n'],
  ])('with %s is not YAML: file, line and column are told', async (_, text) => {
    const file = fileOf(text);
    const { message } = await errorOf(file);
    expect(message).toMatch(`${file} is not YAML:\n`);
    expect(message).toMatch(/line \d+, column \d+/);
  });

  test('with a pattern that YAML takes for an alias is named', async () => {
    const file = fileOf(yaml({ when: '{ StringLike: { email: *@acme.example } }' }));
    expect((await errorOf(file)).message).toContain(file);
  });

  test('with aliases that grow without bound is refused and named', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
    const file = fileOf(`a0: &a0 [x]\n${levels.join('\n')}\n`);
    expect((await errorOf(file)).message).toContain(file);
  });

  test('has no merge keys: what they would bring in is an unknown key', async () => {
    expect((await errorOf(fileOf(`${yaml()}<<: { cors: {} }\n`))).message).toContain('<<: is not known here');
  });
});

describe('what the file names', () => {
  const metadata = aMetadata({ certificates });
  const address = 'https://idp.acme.example/metadata';
  const naming = (name: string, more = '') => `
providers:
  corp: { saml: { metadata: ${name} } }
grants: {}
${more}`;
  const read = (text: string, network = aNetwork({})) => readConfigurationFile(fileOf(text), { network, now: aMoment });

  test('is read from beside it', async () => {
    writeFileSync(join(folder, 'corp.xml'), metadata);
    const { providers } = await read(naming('corp.xml'));
    expect(providers.get('corp')).toMatchObject({ document: metadata, refreshedFrom: undefined });
  });

  test('is fetched by its address', async () => {
    const network = aNetwork({ [address]: metadata });
    const { providers } = await read(naming(address), network);
    expect(providers.get('corp')).toMatchObject({ document: metadata, refreshedFrom: address });
    expect(network.requests).toEqual([address]);
  });

  test('is read once, however often it is named', async () => {
    const network = aNetwork({ [address]: metadata });
    const twice = naming(address).replace('grants', `  again: { saml: { metadata: ${address} } }\ngrants`);
    await expect(read(twice, network)).rejects.toThrow('which is already that of corp');
    expect(network.requests).toEqual([address]);
  });

  test('and cannot be had is told with the rest, each by its name', async () => {
    const certificate = 'gone.pem';
    const privateKey = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:key-AbCdEf';
    const more = `saml: { signing: { certificate: ${certificate}, privateKey: "${privateKey}" } }\ncors: { origins: ['*'] }\n`;
    const problem = read(naming('none.xml', more));
    await expect(problem).rejects.toThrow('providers.corp.saml.metadata: is "none.xml", which cannot be read');
    await expect(problem).rejects.toThrow('cors.origins[0]: is "*"; must be an origin');
  });

  test.each<[what: string, answer: () => Promise<{ status: number; body: string }>, says: string]>([
    [
      'refuses',
      () => Promise.resolve({ status: 404, body: '' }),
      'could not be fetched: idp.acme.example answered 404',
    ],
    [
      'redirects',
      () => Promise.resolve({ status: 302, body: '' }),
      'could not be fetched: idp.acme.example answered 302',
    ],
  ])('at an address that %s is told so', async (_, answer, says) => {
    await expect(read(naming(address), aNetwork({ [address]: answer }))).rejects.toThrow(
      `providers.corp.saml.metadata: is "${address}", which ${says}`,
    );
  });

  test('at an address that cannot be reached is told so', async () => {
    await expect(read(naming(address))).rejects.toThrow(
      'which could not be fetched: idp.acme.example could not be reached',
    );
  });

  test('is no file where the configuration has no problem of its own', async () => {
    await expect(read(naming('.'))).rejects.toThrow('is ".", which cannot be read');
  });
});
