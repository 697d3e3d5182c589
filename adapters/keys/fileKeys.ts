import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { clientPattern, grantsSchema, type KeyId, statedGrants } from '../../broker/access';
import { type Key, type KeyStore, Unavailable } from '../../broker/ports';
import { errorCode } from '../lmdb/errorCode';
import { syncFolder } from '../lmdb/segments';
import { isKeyId } from './secret';

const SUFFIX = '.json';

const fileSchema = z.object({
  hash: z.string(),
  client: clientPattern,
  grants: grantsSchema,
  createdAt: z.iso.datetime(),
  expiresAt: z.optional(z.iso.datetime()),
});

/** Told of a file that says nothing that can be understood. */
type OnDamaged = (what: string, error: unknown) => void;

const isMissing = (error: unknown): boolean => errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';

/**
 * The API keys in a folder, a file each. One process may make and revoke keys while another checks them, and a write of
 * one key cannot lose another. Only the owner of the folder may read it. A key whose file is damaged lets nobody in, as
 * if it was not there.
 */
export class FileKeys implements KeyStore {
  /** @param onDamaged called whenever such a file is read. */
  constructor(
    private readonly folder: string,
    private readonly onDamaged: OnDamaged = () => undefined,
  ) {}

  async get(key: KeyId): Promise<Key | undefined> {
    if (!isKeyId(key)) return undefined;
    const text = await this.read(key);
    if (text === undefined) return undefined;
    try {
      const { hash, client, grants, createdAt, expiresAt } = fileSchema.parse(JSON.parse(text));
      const until = expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) };
      return { key, hash, client, grants, createdAt: Date.parse(createdAt), ...until };
    } catch (error) {
      this.onDamaged(`the file of the key ${key} is damaged`, error);
      return undefined;
    }
  }

  async add({ key, hash, client, grants, createdAt, expiresAt }: Key): Promise<void> {
    const made = await fs.mkdir(this.folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await syncFolder(dirname(this.folder));
    const content = {
      hash,
      client,
      grants: statedGrants(grants),
      createdAt: new Date(createdAt).toISOString(),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    };
    // Renamed when it is whole: a server may be reading.
    const unfinished = `${this.path(key)}.new`;
    await fs.writeFile(unfinished, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
    await fs.rename(unfinished, this.path(key));
    await syncFolder(this.folder);
  }

  async remove(key: KeyId): Promise<boolean> {
    if (!isKeyId(key)) return false;
    try {
      await fs.unlink(this.path(key));
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
    await syncFolder(this.folder);
    return true;
  }

  async list(): Promise<readonly Key[]> {
    const ids = (await this.names()).flatMap((name) => {
      const id = name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : '';
      return isKeyId(id) ? [id] : [];
    });
    const keys = await Promise.all(ids.map((id) => this.get(id)));
    return keys.filter((key) => key !== undefined).sort((a, b) => a.createdAt - b.createdAt);
  }

  private async read(key: KeyId): Promise<string | undefined> {
    try {
      return await fs.readFile(this.path(key), 'utf8');
    } catch (cause) {
      if (isMissing(cause)) return undefined;
      throw new Unavailable(`the file of the key ${key} cannot be read`, { cause });
    }
  }

  private async names(): Promise<string[]> {
    try {
      return await fs.readdir(this.folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  private path(key: KeyId): string {
    return join(this.folder, `${key}${SUFFIX}`);
  }
}
