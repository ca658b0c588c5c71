import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleDoor } from '../../lib/infra/bundle-door.ts';
import { routes } from '../../lib/routes.ts';

const bundleOf = (door: (typeof routes)[number]['door']) => {
  const folder = bundleDoor(door, { 'daypass.json': '{}' });
  try {
    return { code: readFileSync(join(folder, 'index.js'), 'utf8'), files: readdirSync(folder).sort() };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('bundles', () => {
  test('a door is one file, with the configuration beside it', () => {
    expect(bundleOf('credentials').files).toEqual(['daypass.json', 'index.js', 'package.json']);
  });

  test('the credentials door is at most 60 KB, with no AWS SDK, no XML parser, no schema and no YAML in it', () => {
    const { code } = bundleOf('credentials');
    expect(code.length).toBeLessThanOrEqual(60 * 1024);
    for (const stranger of ['@aws-sdk', '@smithy', 'xmldom', 'DOMParser', 'valibot', 'aws-cdk', 'tag:yaml.org']) {
      expect(code).not.toContain(stranger);
    }
  });

  test('the health door carries nothing of the exchange', () => {
    const { code } = bundleOf('health');
    expect(code).not.toContain('AssumeRoleWithWebIdentity');
    expect(code).not.toContain('openid-configuration');
  });

  test('every file in lambdas that is a door is a row of the route table', () => {
    const doors = readdirSync('lambdas').filter((name) =>
      /^export const handler/m.test(readFileSync(join('lambdas', name), 'utf8')),
    );
    expect(doors.sort()).toEqual(routes.map(({ door }) => `${door}.ts`).sort());
  });
});
