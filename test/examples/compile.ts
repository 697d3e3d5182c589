import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');
/** Inside the package, so that programs find it by its name, as they do where it is installed. */
const PLACE = join(ROOT, 'dist');

/** Programs as JavaScript. */
export interface Compiled {
  /** Where the JavaScript of a program is. */
  file(name: string): string;
  remove(): void;
}

/**
 * Compiles programs as strictly as the project itself, against the client as it is published.
 *
 * @param programs their code by their names, such as `publish.mts`.
 * @throws Error with what the compiler says.
 */
export function compile(programs: ReadonlyMap<string, string>): Compiled {
  mkdirSync(PLACE, { recursive: true });
  const folder = mkdtempSync(join(PLACE, 'programs-'));
  for (const [name, code] of programs) writeFileSync(join(folder, name), code);
  const compilerOptions = {
    noEmit: false,
    rootDir: '.',
    outDir: 'js',
    types: ['node'],
    // A part of a program does not use all that is there for the parts.
    noUnusedLocals: false,
    paths: {},
  };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.mts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const { status, stdout } = spawnSync(process.execPath, [TSC, '--project', folder], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`The examples should compile: ${stdout}`);
  return {
    file: (name) => join(folder, 'js', name.replace(/\.mts$/, '.mjs')),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
