import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** A folder of somebody else's, with nothing in it but this package and what it is used with. */
export interface Installed {
  readonly folder: string;
  /** What was packed. */
  readonly files: readonly string[];
  /** Bytes to download. */
  readonly bytes: number;
  write(file: string, text: string): void;
  /** Runs a program there, and answers what it wrote. */
  run(command: string, ...args: string[]): string;
  remove(): void;
}

/** Packs this package as a release does, once it is built, and installs it with the CDK and the compiler. */
export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-installed-'));
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HOLDFAST|npm)_/.test(name));
  const env = { ...Object.fromEntries(inherited), JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1' };
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: folder, env, encoding: 'utf8' });
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [packed] = JSON.parse(execFileSync('npm', packing, { cwd: ROOT, env, encoding: 'utf8' })) as Packed[];
  if (packed === undefined) throw new Error('npm packed nothing');
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('package.json', JSON.stringify({ name: 'somebody-else', private: true }));
  const beside = ['aws-cdk-lib', 'constructs', 'esbuild', 'typescript', '@types/node'].map(
    (name) => `${name}@${versionOf(name)}`,
  );
  run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed.filename}`, ...beside);
  return {
    folder,
    files: packed.files.map(({ path }) => path),
    bytes: packed.size,
    write,
    run,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
