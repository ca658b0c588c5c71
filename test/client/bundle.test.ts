import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';

const { outputFiles, metafile } = buildSync({
  entryPoints: ['lib/client/index.ts'],
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  metafile: true,
  write: false,
});

test('the client is at most 4 KB, compressed', () => {
  const [bundle] = outputFiles;
  expect(gzipSync(bundle?.contents ?? new Uint8Array(5000), { level: 9 }).length).toBeLessThanOrEqual(4 * 1024);
});

test('the client depends on nothing, and on nothing of Node’s', () => {
  expect(Object.keys(metafile.inputs).every((file) => file.startsWith('lib/client/'))).toBe(true);
  expect(outputFiles[0]?.text).not.toMatch(/\b(process|Buffer|require|globalThis\.crypto)\b/);
});
