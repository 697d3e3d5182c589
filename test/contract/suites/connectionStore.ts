import type { ConnectionId } from '../../../broker/model/names';
import { clientId, connection, connectionId, NOW, ODD } from './samples';
import { type MakeStores, opened } from './stores';

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
