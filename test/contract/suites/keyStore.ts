import { randomBytes } from 'node:crypto';
import { clientPattern, grantsSchema, type KeyId } from '../../../broker/access';
import type { Key } from '../../../broker/ports';
import { NOW } from './samples';
import { type MakeStores, opened } from './stores';

const aKey = (more: Partial<Key> = {}): Key => ({
  key: randomBytes(10).toString('hex') as KeyId,
  hash: 'a1b2',
  client: clientPattern.parse('worker-*'),
  grants: grantsSchema.parse({ publish: ['größe%2F/😀*'], subscribe: ['*', 'orders/created'] }),
  createdAt: NOW,
  ...more,
});

/** What {@link KeyStore} promises. */
export function describeKeyStore(name: string, makeStores: MakeStores): void {
  describe(`the keys in ${name}`, () => {
    const stores = opened(makeStores);
    const store = () => stores().keys;

    it('gives back a key as it was added, and nothing of others', async () => {
      for (const key of [aKey(), aKey({ expiresAt: NOW + 1_234 })]) {
        await store().add(key);
        expect(await store().get(key.key)).toEqual(key);
      }
      expect(await store().get(aKey().key)).toBeUndefined();
    });

    it.each(['..', '../lock', 'x'.repeat(300), '0'.repeat(20)])('has no key that is called %j', async (odd) => {
      expect(await store().get(odd as KeyId)).toBeUndefined();
      expect(await store().remove(odd as KeyId)).toBe(false);
    });

    it('keeps one that has expired, for whoever wants to know', async () => {
      const key = aKey({ expiresAt: 1 });
      await store().add(key);
      expect(await store().get(key.key)).toEqual(key);
    });

    it('removes a key, and says whether there was one', async () => {
      const key = aKey();
      await store().add(key);
      expect(await store().remove(key.key)).toBe(true);
      expect(await store().get(key.key)).toBeUndefined();
      expect(await store().remove(key.key)).toBe(false);
    });

    it('lists them in the order in which they were made', async () => {
      const [first, second, third] = [
        aKey({ createdAt: 1_000 }),
        aKey({ createdAt: 2_000 }),
        aKey({ createdAt: 3_000 }),
      ];
      for (const key of [second, third, first]) await store().add(key);
      await store().remove(second.key);
      const ours = new Set([first.key, second.key, third.key]);
      expect((await store().list()).filter(({ key }) => ours.has(key))).toEqual([first, third]);
    });
  });
}
