import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

export const ROOT = resolve(__dirname, '../..');

/** How a run of the bundled simulation ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A folder that is there while something is done, beside the packages, for what is bundled finds them there. */
export async function inFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const cache = join(ROOT, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'simulation-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Puts the simulation into one file, which a plain process runs twice as fast as one that jest or tsx have made ready.
 */
export async function bundle(outfile: string, plugins: Plugin[] = []): Promise<void> {
  const entryPoints = [join(ROOT, 'test/simulation/main.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', packages: 'external', plugins });
}

/** Runs it in a process of its own. */
export function runBundled(script: string, ...args: string[]): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, NODE_NO_WARNINGS: '1' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part) => {
        output += part;
      });
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });
}
