import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import * as z from 'zod/mini';
import { errorCode } from './errorCode';
import { LOCK, MARK, mayBeDataFolder, NEW_MARK } from './folderNames';
import { syncFolder } from './segments';

/** One more whenever what is in a folder, or how it is written, changes so that the version before cannot read it. */
const FORMAT = 7;
const markSchema = z.object({ format: z.int().check(z.minimum(1)) });

/** The bits of a file's mode: all that may be done to it, and what others than its owner may. */
const PERMISSIONS = 0o7777;
const OTHERS = 0o077;

/** A data folder that cannot be used. The message says why, in one line, and what to do. */
export class UnusableFolder extends Error {
  override readonly name = 'UnusableFolder';
}

const NOT_PERMITTED: readonly unknown[] = ['EACCES', 'EPERM', 'EROFS'];

/** What is to be told of an error of the system: that a file may not be used is no damage, and has another remedy. */
export function explained(cause: unknown): unknown {
  const code = errorCode(cause);
  if (!NOT_PERMITTED.includes(code)) return cause;
  const file =
    typeof cause === 'object' && cause !== null && 'path' in cause ? cause.path : 'a file of the data folder';
  return new UnusableFolder(
    `${file} may not be read or written (${code}): give the data folder to the user that runs the server`,
    { cause },
  );
}

/** A data folder that is ours alone. */
export interface DataFolder {
  readonly journal: string;
  readonly store: string;
  /** Releases the folder. The end of the process does so too, however it ends. */
  release(): Promise<void>;
}

/**
 * Takes a folder to keep data in, creating it if needed.
 *
 * @throws UnusableFolder it is not a folder, not writable, not one of ours, of a later version, or in use.
 */
export async function takeDataFolder(path: string): Promise<DataFolder> {
  await create(path);
  const lock = await take(path);
  try {
    await check(path);
    const folder = { journal: join(path, 'journal'), store: join(path, 'store') };
    await makePrivate(folder.journal);
    await makePrivate(folder.store);
    await syncFolder(path);
    return { ...folder, release: () => lock.close() };
  } catch (error) {
    await lock.close();
    throw error;
  }
}

async function create(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new UnusableFolder(`the data folder ${path} is not a folder: choose another with --data`, { cause });
    throw notWritable(path, cause);
  }
}

/**
 * As mkdir with `recursive`, which never returns where a folder says ENOENT to whatever is made in it, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await fs.mkdir(path, { mode: 0o700 });
    // Its name is lost with a power cut otherwise. Who may not read the folder around it cannot help that.
    await syncFolder(dirname(path)).catch(() => undefined);
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await fs.stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (errorCode(error) !== 'ENOENT' || (await exists(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(path);
  }
}

/** A folder that nobody else may read, also where the folder around it was there before, and may be read by others. */
async function makePrivate(path: string): Promise<void> {
  await fs.mkdir(path, { recursive: true, mode: 0o700 });
  const { mode } = await fs.stat(path);
  // Not possible where it is of another user, who decides then, nor on a file system without modes.
  if ((mode & OTHERS) !== 0) await fs.chmod(path, mode & ~OTHERS & PERMISSIONS).catch(() => undefined);
}

const exists = (path: string): Promise<boolean> =>
  fs.access(path).then(
    () => true,
    () => false,
  );

const notWritable = (path: string, cause: unknown): UnusableFolder =>
  new UnusableFolder(`the data folder ${path} cannot be written (${errorCode(cause)}): choose another with --data`, {
    cause,
  });

/** A lock of the operating system, which ends with the process. */
async function take(path: string): Promise<fs.FileHandle> {
  const names = await fs.readdir(path).catch((cause) => Promise.reject(notWritable(path, cause)));
  if (!mayBeDataFolder(names))
    throw new UnusableFolder(
      `${path} is not a Holdfast data folder, and holds other files: choose another with --data`,
    );
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(join(path, LOCK), 'a+', 0o600);
  } catch (cause) {
    throw notWritable(path, cause);
  }
  if (tryLock(handle.fd)) {
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`);
    return handle;
  }
  const owner = (await handle.readFile('utf8').catch(() => '')).trim();
  await handle.close();
  const who = owner === '' ? 'another server' : `another server (process ${owner})`;
  throw new UnusableFolder(
    `the data folder ${path} is in use by ${who}: stop it, or choose another folder with --data`,
  );
}

const isOurs = (path: string): Promise<boolean> => exists(join(path, MARK));

async function check(path: string): Promise<void> {
  const mark = join(path, MARK);
  if (!(await isOurs(path))) {
    return writeMark(path).catch((cause) => Promise.reject(notWritable(path, cause)));
  }
  const format = formatOf(mark, await fs.readFile(mark, 'utf8'));
  if (format > FORMAT)
    throw new UnusableFolder(
      `the data folder ${path} is of a later version (format ${format}, this server knows ${FORMAT}): use a newer server`,
    );
  if (format < FORMAT)
    throw new UnusableFolder(
      `the data folder ${path} is of an earlier version (format ${format}, this server knows ${FORMAT}): choose another with --data`,
    );
}

function formatOf(mark: string, text: string): number {
  try {
    return markSchema.parse(JSON.parse(text)).format;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it tells no format';
    throw new UnusableFolder(
      `${mark} cannot be read (${why}): the data folder is damaged, restore it or choose another`,
      { cause },
    );
  }
}

/** Written under another name and renamed, so that a crash leaves all of it or nothing. */
async function writeMark(path: string): Promise<void> {
  await fs.writeFile(join(path, NEW_MARK), `${JSON.stringify({ format: FORMAT })}\n`, { flush: true });
  await fs.rename(join(path, NEW_MARK), join(path, MARK));
  await syncFolder(path);
}
