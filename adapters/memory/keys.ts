import type { KeyId } from '../../broker/access';
import type { Key, KeyStore } from '../../broker/ports';

/** The API keys, in this process. */
export class MemoryKeys implements KeyStore {
  private readonly keys = new Map<KeyId, Key>();

  async get(key: KeyId): Promise<Key | undefined> {
    return this.keys.get(key);
  }

  async add(key: Key): Promise<void> {
    this.keys.set(key.key, key);
  }

  async remove(key: KeyId): Promise<boolean> {
    return this.keys.delete(key);
  }

  async list(): Promise<readonly Key[]> {
    return [...this.keys.values()].sort((a, b) => a.createdAt - b.createdAt);
  }
}
