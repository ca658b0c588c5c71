import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { anIssuer } from '../kit/issuer.ts';
import { aNetwork } from '../kit/network.ts';
import { daypass } from './kit.ts';

const issuer = anIssuer();
const folder = mkdtempSync(join(tmpdir(), 'daypass-providers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, provider: object) => {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, JSON.stringify({ providers: { app: provider }, grants: {} }));
  return file;
};
const oidc = fileOf('oidc', { oidc: { issuer: issuer.issuer, audiences: ['web'] } });

describe('daypass providers', () => {
  test('tells that all is well', async () => {
    expect(await daypass(['providers', '--config', oidc], { documents: issuer.network() })).toEqual({
      exit: 0,
      out: 'app  oidc  fetched      1 key\n',
      err: 'Asking the identity providers …\n',
    });
  });

  test('tells what is wrong, and fails', async () => {
    const { exit, out } = await daypass(['providers', '--config', oidc]);
    expect(exit).toBe(1);
    expect(out).toContain('  cannot be reached: login.acme.example could not be reached\n');
  });

  test('is JSON for machines', async () => {
    const { out } = await daypass(['providers', '--config', oidc, '--json'], { documents: issuer.network() });
    expect(JSON.parse(out)).toEqual([
      { provider: 'app', kind: 'oidc', source: 'fetched', keys: 1, keySet: expect.any(Number), troubles: [] },
    ]);
  });

  test('tells of metadata that cannot be fetched at all', async () => {
    const file = fileOf('saml', { saml: { metadata: 'https://idp.acme.example/metadata' } });
    const { exit, err } = await daypass(['providers', '--config', file], { documents: aNetwork({}) });
    expect(exit).toBe(1);
    expect(err).toContain('providers.app.saml.metadata');
    expect(err).toContain('could not be fetched: idp.acme.example could not be reached');
  });

  test('says how it is used', async () => {
    expect((await daypass(['providers', '--help'])).out).toContain('daypass providers [--config FILE] [--json]');
    expect((await daypass(['providers', '--all'])).exit).toBe(2);
    expect((await daypass(['providers', '--config', 'nowhere.yaml'])).exit).toBe(2);
  });
});
