import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface LockEntry {
  readonly resolved?: string;
  /** Shipped inside another package, which then answers for what it needs. */
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, LockEntry> };
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>;

test('tests run on the Node that Lambda has, or one that can stand in for it', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(22);
});

describe('the lock file', () => {
  test('is complete for every platform', () => {
    // npm leaves platform packages out when the registry lacks them, and only a fresh install elsewhere notices.
    const missing = Object.entries(packages).flatMap(([place, { inBundle, optionalDependencies = {} }]) =>
      Object.keys(inBundle ? {} : optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages || `${place}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  test('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
  });
});

test.each(['dependencies', 'devDependencies', 'optionalDependencies'])('%s are pinned exactly', (kind) => {
  for (const version of Object.values(manifest[kind] ?? {})) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});
