// SimpleSAMLphp of Debian as an identity provider: PHP and xmlseclibs, none of it ours nor of our libraries.
// Source: SimpleSAMLphp documentation, "IdP quickstart", "SP remote reference".

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = '/usr/share/simplesamlphp';

export function isInstalled(): boolean {
  try {
    execFileSync('php', ['--version']);
    return existsSync(join(program, 'www'));
  } catch {
    return false;
  }
}

export interface ServiceProvider {
  readonly entityId: string;
  readonly acs: string;
}

export interface SimpleSamlPhp {
  readonly metadata: string;
  readonly entityId: string;
  /** Takes effect at once: it reads its files for every request. */
  knows(sp: ServiceProvider, settings?: { readonly algorithm?: string; readonly signs?: 'both' | 'assertion' }): void;
  /** Where a sign-in that nobody asked for begins. */
  unsolicited(sp: ServiceProvider): string;
  stop(): void;
}

export interface User {
  readonly name: string;
  readonly password: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

export async function simpleSamlPhp(port: number, users: readonly User[]): Promise<SimpleSamlPhp> {
  const folder = mkdtempSync(join(tmpdir(), 'daypass-ssp-'));
  const base = `http://127.0.0.1:${port}`;
  const path = (...parts: readonly string[]) => join(folder, ...parts);
  for (const part of ['config', 'metadata', 'cert', 'log', 'data', 'tmp', 'sess']) mkdirSync(path(part));
  const subject = ['-subj', '/CN=idp.example', '-days', '30'];
  const made = ['-keyout', path('cert', 'idp.key'), '-out', path('cert', 'idp.crt')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...made, ...subject], { stdio: 'ignore' });
  const php = (name: string, code: string) => writeFileSync(path(...name.split('/')), `<?php\n${code}\n`);
  php('config/config.php', configuration(folder, base));
  php('config/authsources.php', `$config = ['users' => ['exampleauth:UserPass', ${users.map(userEntry).join(', ')}]];`);
  php(
    'metadata/saml20-idp-hosted.php',
    `$metadata['${base}/idp'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt',
  'auth' => 'users', 'signature.algorithm' => '${rsaSha256}',
  'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri'];`,
  );
  php('metadata/saml20-sp-remote.php', '$metadata = [];');

  const settings = [`session.save_path=${path('sess')}`, 'error_reporting=0', 'display_errors=0'];
  const args = [...settings.flatMap((each) => ['-d', each]), '-S', `127.0.0.1:${port}`, '-t', join(program, 'www')];
  const env = { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: path('config') };
  const child = spawn('php', args, { env, stdio: 'ignore' });
  return {
    metadata: await answered(`${base}/saml2/idp/metadata.php`, child),
    entityId: `${base}/idp`,
    knows({ entityId, acs }, { algorithm = rsaSha256, signs = 'both' } = {}) {
      php(
        'metadata/saml20-sp-remote.php',
        `$metadata['${entityId}'] = ['AssertionConsumerService' => '${acs}', 'signature.algorithm' => '${algorithm}',
  'saml20.sign.response' => ${signs === 'both'}, 'saml20.sign.assertion' => true,
  'authproc' => [50 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail',
    'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress']],
  'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'];`,
      );
    },
    unsolicited: ({ entityId }) => `${base}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(entityId)}`,
    stop() {
      child.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configuration = (folder: string, base: string) => `$config = ['baseurlpath' => '${base}/',
  'certdir' => '${folder}/cert/', 'metadatadir' => '${folder}/metadata/', 'datadir' => '${folder}/data/',
  'tempdir' => '${folder}/tmp', 'loggingdir' => '${folder}/log/', 'logging.handler' => 'file',
  'attributenamemapdir' => '/etc/simplesamlphp/attributemap/', 'secretsalt' => '${crypto.randomUUID()}',
  'technicalcontact_name' => 'x', 'technicalcontact_email' => 'x@example.org', 'timezone' => 'UTC',
  'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false, 'session.cookie.samesite' => null, 'language.cookie.secure' => false,
  'session.phpsession.savepath' => '${folder}/sess', 'store.type' => 'phpsession', 'authproc.idp' => [],
  'metadata.sources' => [['type' => 'flatfile', 'directory' => '${folder}/metadata/']]];`;

function userEntry({ name, password, attributes }: User): string {
  const list = (values: readonly string[]) => `[${values.map((value) => `'${value}'`).join(', ')}]`;
  const entries = Object.entries(attributes).map(([attribute, values]) => `'${attribute}' => ${list(values)}`);
  return `'${name}:${password}' => [${entries.join(', ')}]`;
}

async function answered(url: string, child: ChildProcess): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return answer.text();
    if (child.exitCode !== null) throw new Error(`php ended with ${child.exitCode}`);
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer.`);
}
