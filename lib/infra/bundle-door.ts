import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';
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
  charset: 'utf8',
} satisfies BuildOptions;

/** The configuration beside the bundle; doors find it by this name in their working directory. */
export const carriedConfigurationFile = 'daypass.json';

// The doors lie beside this file as source in a checkout, as JavaScript in the published package.
const extension = extname(import.meta.url);

/** What is deployed as a function: the doors, what runs on a schedule, and what hears the doors' logs. */
export type FunctionName =
  | DoorName
  | 'refresh-metadata'
  | 'watch-providers'
  | 'record-audit'
  | 'sweep-revocations'
  | 'rotate-key'
  | 'canary';

/**
 * Loaded when it is first needed, and a file of its own until then: what reads SAML responses and signed AWS requests, at a
 * door that mostly sees tokens, what speaks to the table, and what the ways of issuing take that sign something.
 */
const later = {
  '#aws': 'aws',
  '#chain': 'chain',
  '#federation': 'federation',
  '#saml': 'saml',
  '#store': 'store',
  '#vouch': 'vouch',
} as const;

/** What a configuration has no use for. */
export type LeftOut = (typeof later)[keyof typeof later];

/** One function as one file, and what it loads later as others, in a folder of its own; the folder's path is returned. */
export function bundleDoor(
  name: FunctionName,
  files: Readonly<Record<string, string>> = {},
  leftOut: readonly LeftOut[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), `daypass-${name}-`));
  const main = bundle(name, join(folder, 'index.js'));
  const imported = Object.values(main.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  const loadsLater = Object.entries(later).filter(
    ([alias, source]) => imported.includes(alias) && !leftOut.includes(source),
  );
  for (const [, source] of loadsLater) bundle(source, join(folder, `${source}.js`));
  // Says what index.js is, wherever the folder lies, and where it finds the others.
  const imports = Object.fromEntries(loadsLater.map(([alias, source]) => [alias, `./${source}.js`]));
  const description = { type: 'commonjs', ...(loadsLater.length > 0 && { imports }) };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(description)}\n`);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

type Source = FunctionName | (typeof later)[keyof typeof later];

interface Bundled {
  readonly code: Uint8Array;
  readonly metafile: Metafile;
}

/** What several doors load later is made once. */
const made = new Map<Source, Bundled>();

function bundle(source: Source, outfile: string): Metafile {
  const { code, metafile } = made.get(source) ?? built(source);
  writeFileSync(outfile, code);
  return metafile;
}

function built(source: Source): Bundled {
  const { metafile, outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL(`../../lambdas/${source}${extension}`, import.meta.url))],
    outfile: 'index.js',
    ...bundling,
    alias: { https: unusedFetcher, ...(pipes.includes(source) ? {} : { stream: unusedFetcher }) },
    external: Object.keys(later),
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`Nothing came of bundling ${source}.`);
  const bundled = { code: output.contents, metafile };
  made.set(source, bundled);
  return bundled;
}

/** They have samlify, whose XML writer wants Node's own streams; nothing in them verifies a token. */
const pipes: readonly string[] = ['sign-in', 'metadata', 'refresh-metadata', 'watch-providers'];
