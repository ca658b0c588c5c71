import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import type { DoorName } from '../routes.ts';

/**
 * aws-jwt-verify brings a fetcher of its own for keys, the only one in a bundle that imports `https` and `stream`
 * without `node:`. It is never called, and it costs as much to load as all the rest.
 */
const unusedFetcher = fileURLToPath(new URL(`./unused-fetcher${extname(import.meta.url)}`, import.meta.url));

/**
 * One minified file for Lambda's Node. CommonJS, because importing Node's own http module from an ES module costs 40 ms
 * of a cold start.
 */
export const bundling = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  legalComments: 'none',
} satisfies BuildOptions;

/** The configuration beside the bundle; doors find it by this name in their working directory. */
export const carriedConfigurationFile = 'daypass.json';

// The doors lie beside this file as source in a checkout, as JavaScript in the published package.
const extension = extname(import.meta.url);

/** One door as one file, in a folder of its own; the folder's path is returned. */
export function bundleDoor(door: DoorName, files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), `daypass-${door}-`));
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../../lambdas/${door}${extension}`, import.meta.url))],
    outfile: join(folder, 'index.js'),
    ...bundling,
    alias: { https: unusedFetcher, stream: unusedFetcher },
    logLevel: 'error',
  });
  // Says what index.js is, wherever the folder lies.
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}
