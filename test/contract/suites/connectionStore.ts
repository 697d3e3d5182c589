import { randomBytes } from 'node:crypto';
import { type Access, grantsSchema, type KeyId } from '../../../broker/access';
import type { ConnectionId } from '../../../broker/model/names';
import { clientId, connection, connectionId, NOW, ODD } from './samples';
import { type MakeStores, opened } from './stores';

const aKeyId = () => randomBytes(10).toString('hex') as KeyId;

/** What {@link ConnectionStore} promises. */
export function describeConnectionStore(name: string, makeStores: MakeStores): void {
  describe(`the connections in ${name}`, () => {
    const stores = opened(makeStores);
    const store = () => stores().connections;

    it('gives back a connection as it was added, and nothing of others', async () => {
      const one = connection(clientId());
      await store().add(one);
      expect(await store().get(one.connection, NOW)).toEqual(one);
      expect(await store().get(connectionId(), NOW)).toBeUndefined();
    });

    it('leaves out one that is expired, to the millisecond', async () => {
      const one = connection(clientId(), { expiresAt: NOW + 1_001 });
      await store().add(one);
      expect(await store().get(one.connection, NOW + 1_000)).toEqual(one);
      expect(await store().get(one.connection, NOW + 1_001)).toBeUndefined();
    });

    it('forgets a connection, however often it is asked to', async () => {
      const one = connection(clientId());
      await store().add(one);
      await store().remove(one.connection);
      await store().remove(one.connection);
      await store().remove(connectionId());
      expect(await store().get(one.connection, NOW)).toBeUndefined();
    });

    it('gives back what a connection may do, as it was added and as it was renewed', async () => {
      const [key, other] = [aKeyId(), aKeyId()];
      const accesses: Access[] = [
        { grants: grantsSchema.parse({ subscribe: ['größe/😀'] }), expiresAt: NOW + 1 },
        { grants: grantsSchema.parse({}), key },
        { grants: grantsSchema.parse({ publish: ['*'] }), key: other, expiresAt: NOW + 2 },
      ];
      for (const access of accesses) {
        const one = connection(clientId(), { access });
        await store().add(one);
        expect(await store().get(one.connection, NOW)).toEqual(one);
        for (const renewed of accesses) {
          expect(await store().renew(one.connection, renewed)).toBe(true);
          expect(await store().get(one.connection, NOW)).toEqual({ ...one, access: renewed });
        }
      }
    });

    it('renews none that is not there', async () => {
      const id = connectionId();
      expect(await store().renew(id, { grants: grantsSchema.parse({}) })).toBe(false);
      expect(await store().get(id, NOW)).toBeUndefined();
    });

    it('finds the connections of a key, as they are now', async () => {
      const [key, other] = [aKeyId(), aKeyId()];
      const grants = grantsSchema.parse({});
      const all = [{ key }, { key }, { key }, { key: other }, {}].map((by) =>
        connection(clientId(), { access: { grants, ...by } }),
      );
      for (const one of [...all, connection(clientId())]) await store().add(one);
      const [first, second, third, fourth] = all.map((one) => one.connection);
      if (!first || !second || !third || !fourth) throw new Error('unreachable');
      await store().remove(first);
      await store().renew(second, { grants, key: other });
      await store().renew(fourth, { grants, key });
      expect([...(await store().ofKey(key))].sort()).toEqual([third, fourth].sort());
      expect(await store().ofKey(other)).toEqual([second]);
      expect(await store().ofKey(aKeyId())).toEqual([]);
    });

    it('tells connections apart whatever they are called', async () => {
      const base = connectionId();
      const all = ['', '=', ...ODD].map((odd) =>
        connection(clientId(), { connection: `${base}${odd}` as ConnectionId }),
      );
      for (const one of all) await store().add(one);
      for (const one of all) expect(await store().get(one.connection, NOW)).toEqual(one);
    });
  });
}
