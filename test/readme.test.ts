// What the README says in tables is what the code says in tables.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { kinds } from '../lib/check/finding.ts';
import { commands } from '../lib/cli/cli.ts';
import { loadConfiguration } from '../lib/config/load-config.ts';
import { machineVariables, variables } from '../lib/environment.ts';
import { type Vendor, vendors } from '../lib/identity/oidc/vendors.ts';
import { actions } from '../lib/local/aws/sts/service.ts';
import { fault, refusals } from '../lib/refusal.ts';
import { routes } from '../lib/routes.ts';
import { aConfiguration } from './kit/builders.ts';
import { readme, table } from './kit/readme.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
};

/** What stands between backticks. */
const quoted = (text = '') => [...text.matchAll(/`([^`]+)`/g)].map(([, inside]) => inside ?? '');

describe('the tables of the README', () => {
  test('doors', () => {
    expect(table('door', 'route', 'answers')).toEqual(
      routes.map(({ door, method, path, answers }) => [door, `\`${method} ${path}\``, answers]),
    );
  });

  test('errors', () => {
    const written = table('status', 'error', 'when').flatMap(([status, errors]) =>
      quoted(errors).map((error) => `${status} ${error}`),
    );
    const told = [...Object.values(refusals), fault].map(({ status, error }) => `${status} ${error}`);
    expect([...written].sort()).toEqual([...new Set(told)].sort());
  });

  test('vendors, with what a grant must pin', () => {
    const rows = Object.entries<Vendor>(vendors).map(([name, { title, audience, tenancy }]) => [
      name,
      title,
      audience,
      tenancy.map(({ claim }) => claim),
    ]);
    const written = table('vendor', 'issuer', 'audience', 'a grant must pin').map(([vendor = '', , audience, pin]) => {
      const [name = ''] = quoted(vendor);
      return [name, vendor.replace(`\`${name}\` `, ''), audience, quoted(pin)];
    });
    expect(written).toEqual(rows);
  });

  test('findings', () => {
    const rows = Object.entries(kinds).map(([code, { severity, reason }]) => [`\`${code}\``, severity, reason]);
    expect(table('finding', 'severity', 'what it means')).toEqual(rows);
  });

  test('the actions of the embedded STS', () => {
    const written = table('STS', 'answers').flatMap(([names]) => quoted(names));
    expect([...written].sort()).toEqual([...actions.keys()].sort());
  });

  test('the commands of the command line', () => {
    expect(table('command', 'does').map(([name]) => quoted(name)[0])).toEqual(commands.map(({ name }) => name));
  });

  test('environment variables', () => {
    const written = table('variable', 'for').flatMap(([names]) => quoted(names));
    const ours = Object.values({ ...variables, ...machineVariables }).filter((name) => name.startsWith('DAYPASS_'));
    expect([...written].sort()).toEqual([...ours].sort());
  });

  test('scripts', () => {
    const written = table('script', 'does').flatMap(([names]) =>
      quoted(names).map((command) => command.replace(/^npm (run )?/, '')),
    );
    expect([...written].sort()).toEqual(Object.keys(manifest.scripts).sort());
  });

  test('packages that ride along', () => {
    const written = table('package', 'why').flatMap(([names]) => quoted(names));
    expect([...written].sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  test('the map names every place, and each is there', () => {
    const places = table('place', 'what is there').flatMap(([names]) => quoted(names));
    for (const place of places) expect(existsSync(place), place).toBe(true);
    const inLib = readdirSync('lib', { withFileTypes: true }).map(
      (entry) => `lib/${entry.name}${entry.isDirectory() ? '/' : ''}`,
    );
    expect(places.filter((place) => place.startsWith('lib/')).sort()).toEqual(inLib.sort());
  });
});

describe('the snippets of the README', () => {
  test('the first grant is a configuration that holds', () => {
    const [, snippet = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? [];
    expect([...loadConfiguration(parse(snippet)).grants.keys()]).toEqual(['reports']);
  });

  test('what it shows of operations holds', () => {
    const [, snippet = ''] = /```yaml\n(operations:[\s\S]*?)```/.exec(readme) ?? [];
    const { operations } = loadConfiguration(aConfiguration({ file: parse(snippet) as Record<string, unknown> }));
    expect(operations.throttles.size).toBe(1);
  });

  test('files and headings it links to are there', () => {
    const headings = Array.from(readme.matchAll(/^#+ (.+)$/gm), ([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, target = ''] of readme.matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const found = target.startsWith('#') ? headings.includes(target.slice(1)) : existsSync(target);
      expect(found, target).toBe(true);
    }
  });
});
