import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatorError, run } from './run';
import { folder } from './settings';

const requirements = join(__dirname, 'requirements.txt');
const environment = join(folder, 'venv');
const installed = join(environment, 'requirements.txt');

/**
 * Installs MiniStack into a virtual environment of its own, unless these very versions are there already.
 *
 * @returns the path of its command
 */
export async function install(): Promise<string> {
  if (!isCurrent()) {
    rmSync(environment, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await requirePython();
    await run('Creating a Python environment', 'python3', ['-m', 'venv', environment]).catch(
      hinting('The emulator needs the venv module of Python: install python3-venv.'),
    );
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await run('Installing MiniStack', join(environment, 'bin', 'python'), pip);
    writeFileSync(installed, readFileSync(requirements));
  }
  return join(environment, 'bin', 'ministack');
}

/** The copy of the requirements is written last, so an installation that was interrupted does not count. */
function isCurrent(): boolean {
  try {
    return readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8');
  } catch {
    return false;
  }
}

async function requirePython(): Promise<void> {
  await run('Looking for Python', 'python3', ['-c', 'import sys; assert sys.version_info >= (3, 10)']).catch(
    hinting('The emulator needs Python 3.10 or later: install python3 and python3-venv.'),
  );
}

/**
 * Throws a hint at what is probably missing, and what Python said, for it may be something else, such as a full disk.
 */
export const hinting =
  (hint: string) =>
  (cause: unknown): never => {
    throw new EmulatorError(`${hint}\n${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  };
