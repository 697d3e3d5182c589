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

/** A data folder that cannot be used. The message says why, in one line, and what to do. */
export class UnusableFolder extends Error {
  override readonly name = 'UnusableFolder';
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
    await fs.mkdir(folder.journal, { recursive: true });
    await fs.mkdir(folder.store, { recursive: true });
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
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && (await fs.stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (errorCode(error) !== 'ENOENT' || (await exists(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(path);
  }
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
  let format: number;
  try {
    format = markSchema.parse(JSON.parse(await fs.readFile(mark, 'utf8'))).format;
  } catch (cause) {
    throw new UnusableFolder(`${mark} cannot be read: the data folder is damaged, restore it or choose another`, {
      cause,
    });
  }
  if (format > FORMAT)
    throw new UnusableFolder(
      `the data folder ${path} is of a later version (format ${format}, this server knows ${FORMAT}): use a newer server`,
    );
  if (format < FORMAT)
    throw new UnusableFolder(
      `the data folder ${path} is of an earlier version (format ${format}, this server knows ${FORMAT}): choose another with --data`,
    );
}

/** Written under another name and renamed, so that a crash leaves all of it or nothing. */
async function writeMark(path: string): Promise<void> {
  await fs.writeFile(join(path, NEW_MARK), `${JSON.stringify({ format: FORMAT })}\n`, { flush: true });
  await fs.rename(join(path, NEW_MARK), join(path, MARK));
  await syncFolder(path);
}
