import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { variables } from '../../lib/environment.ts';
import { bundling, carriedConfigurationFile } from '../../lib/infra/bundle-door.ts';
import { printTable } from './table.ts';

const runs = 15;

/** Whole processes: bare Node, our bundle, the peer's bundle, in turn. */
export function benchLoad(folder: string): void {
  const peerFolder = mkdtempSync(join(tmpdir(), 'daypass-peer-'));
  try {
    const peer = join(peerFolder, 'index.cjs');
    buildSync({
      entryPoints: [fileURLToPath(new URL('./peer.ts', import.meta.url))],
      outfile: peer,
      ...bundling,
    });
    const ours = join(folder, 'index.js');
    const empty = join(peerFolder, 'empty.cjs');
    writeFileSync(empty, '');
    const programs = [
      { name: 'bare Node', file: empty },
      { name: 'credentials door, loaded', file: ours },
      { name: 'credentials door, opened as in Lambda’s init', file: ours, folder, env: asInLambda },
      { name: 'middy + aws-jwt-verify + client-sts, loaded', file: peer },
    ];
    const figures = programs.map(() => [] as number[]);
    for (let run = 0; run <= runs; run++) {
      for (const [index, program] of programs.entries()) {
        const milliseconds = loadCpu(program);
        if (run > 0) figures[index]?.push(milliseconds);
      }
    }
    const medians = figures.map((each) => each.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0);
    const bare = medians[0] ?? 0;
    printTable(`Load, CPU of a whole process (median of ${runs})`, [
      ['', 'minified KB', 'CPU ms', 'above bare ms'],
      ...programs.map(({ name, file }, index) => [
        name,
        (readFileSync(file).length / 1024).toFixed(1),
        (medians[index] ?? 0).toFixed(1),
        ((medians[index] ?? 0) - bare).toFixed(1),
      ]),
      ['limit for the door', '60.0', '', '15.0'],
    ]);
  } finally {
    rmSync(peerFolder, { recursive: true });
  }
}

/** With these a door builds its broker while it loads, and the https module with it. */
const asInLambda = {
  AWS_LAMBDA_FUNCTION_NAME: 'bench',
  AWS_REGION: 'us-east-1',
  [variables.configuration]: carriedConfigurationFile,
  [variables.accountId]: '111122223333',
  [variables.partition]: 'aws',
};

interface Program {
  readonly file: string;
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** CPU from the start of the process until the file is loaded, in milliseconds. */
function loadCpu({ file, folder, env }: Program): number {
  const script = `require(${JSON.stringify(file)});const {user,system}=process.cpuUsage();process.stdout.write(String(user+system))`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${file} does not load: ${stderr}`);
  return Number(stdout) / 1000;
}

/** The bundle itself, as Lambda would load it. */
export const loadBundle = (folder: string): unknown => createRequire(import.meta.url)(join(folder, 'index.js'));
