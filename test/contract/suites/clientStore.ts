import type { ClientId, ConnectionId, QueueName } from '../../../broker/model/names';
import type { NotedSubscription } from '../../../broker/model/subscription';
import { InvalidCursor } from '../../../broker/ports';
import {
  clientId,
  connection,
  connectionId,
  everyPage,
  FOREIGN_CURSORS,
  LATER,
  NOW,
  ODD,
  pageOf,
  queueName,
} from './samples';
import { type MakeStores, opened } from './stores';

const keyOf = (client: ClientId, more: Partial<NotedSubscription> = {}): NotedSubscription => ({
  client,
  queue: queueName(),
  shard: 0,
  createdAt: NOW,
  ...more,
});

const byName = (a: { connection: string }, b: { connection: string }) => (a.connection < b.connection ? -1 : 1);

/** What {@link ClientStore} promises. */
export function describeClientStore(name: string, makeStores: MakeStores): void {
  describe(`the directory of clients in ${name}`, () => {
    const stores = opened(makeStores);
    const store = () => stores().clients;

    it('answers for a client that nobody heard of: it has nothing', async () => {
      const client = clientId();
      expect(await store().get(client, NOW)).toEqual({ client, connections: [], subscriptions: [] });
    });

    describe('connections', () => {
      it('notes them, however often each is added, and forgets them', async () => {
        const client = clientId();
        const [one, other] = [connection(client), connection(client, { connectedAt: NOW + 1 })];
        expect(await store().addConnection(one, 2, NOW)).toBe(true);
        expect(await store().addConnection(other, 2, NOW)).toBe(true);
        expect(await store().addConnection(one, 2, NOW)).toBe(true);
        expect([...(await store().get(client, NOW)).connections].sort(byName)).toEqual([one, other].sort(byName));
        await store().removeConnection(client, one.connection);
        await store().removeConnection(client, one.connection);
        await store().removeConnection(client, connectionId());
        await store().removeConnection(clientId(), one.connection);
        expect((await store().get(client, NOW)).connections).toEqual([other]);
      });

      it('refuses one more than the limit, and takes it when another has gone', async () => {
        const client = clientId();
        const [one, other, third] = [connection(client), connection(client), connection(client)];
        await store().addConnection(one, 2, NOW);
        await store().addConnection(other, 2, NOW);
        expect(await store().addConnection(third, 2, NOW)).toBe(false);
        expect((await store().get(client, NOW)).connections).toHaveLength(2);
        await store().removeConnection(client, one.connection);
        await store().removeConnection(client, one.connection);
        expect(await store().addConnection(third, 2, NOW)).toBe(true);
        expect(await store().addConnection(one, 2, NOW)).toBe(false);
      });

      it('takes any number where there is no limit', async () => {
        const client = clientId();
        for (let n = 0; n < 12; n++)
          expect(await store().addConnection(connection(client), Number.POSITIVE_INFINITY, NOW)).toBe(true);
        expect((await store().get(client, NOW)).connections).toHaveLength(12);
      });

      it('takes exactly as many as the limit of 20 that come at once', async () => {
        const client = clientId();
        const added = await Promise.all(
          Array.from({ length: 20 }, () => store().addConnection(connection(client), 10, NOW)),
        );
        expect(added.filter(Boolean)).toHaveLength(10);
        expect((await store().get(client, NOW)).connections).toHaveLength(10);
      });

      it('does not count those that expired, also when several come at once in their place', async () => {
        const client = clientId();
        for (let i = 0; i < 5; i++) await store().addConnection(connection(client, { expiresAt: NOW + 1_001 }), 5, NOW);
        expect((await store().get(client, NOW + 1_000)).connections).toHaveLength(5);
        expect(await store().addConnection(connection(client), 5, NOW + 1_000)).toBe(false);
        expect((await store().get(client, NOW + 1_001)).connections).toEqual([]);
        const added = await Promise.all(
          Array.from({ length: 8 }, () => store().addConnection(connection(client), 5, NOW + 1_001)),
        );
        expect(added.filter(Boolean)).toHaveLength(5);
        expect((await store().get(client, NOW + 1_001)).connections).toHaveLength(5);
      });
    });

    describe('subscriptions', () => {
      it('notes one per queue, however often it is added, and removes it', async () => {
        const client = clientId();
        const [one, other] = [keyOf(client), keyOf(client, { shard: 7 })];
        expect(await store().addSubscription(one, 2)).toEqual(one);
        expect(await store().addSubscription(other, 2)).toEqual(other);
        const again = { ...one, createdAt: NOW + 1 };
        expect(await store().addSubscription(one, 2)).toEqual(again);
        const noted = (await store().get(client, NOW)).subscriptions;
        expect(noted).toHaveLength(2);
        expect(noted).toEqual(expect.arrayContaining([again, other]));
        expect(await store().removeSubscription(again)).toBe(true);
        expect(await store().removeSubscription(again)).toBe(false);
        expect((await store().get(client, NOW)).subscriptions).toEqual([other]);
      });

      it('notes any number where there is no limit', async () => {
        const client = clientId();
        for (let n = 0; n < 12; n++) {
          const noted = keyOf(client);
          expect(await store().addSubscription(noted, Number.POSITIVE_INFINITY)).toEqual(noted);
        }
        expect((await store().get(client, NOW)).subscriptions).toHaveLength(12);
      });

      it('recalls, of a client it was asked for, where each is, and of others nothing', async () => {
        const key = keyOf(clientId(), { shard: 3 });
        expect(await store().recall(key.client, key.queue)).toBeUndefined();
        await store().addSubscription(key, 100);
        await store().get(key.client, NOW);
        expect(await store().recall(key.client, key.queue)).toEqual(key);
        expect(await store().recall(key.client, queueName())).toBeUndefined();
        expect(await store().recall(clientId(), key.queue)).toBeUndefined();
      });

      it('keeps the key that a queue has when another is given, and notes it anew, always later than before', async () => {
        const client = clientId();
        const first = keyOf(client);
        await store().addSubscription(first, 1);
        const second = { ...first, createdAt: NOW + 10 };
        expect(await store().addSubscription({ ...second, shard: 1 }, 1)).toEqual(second);
        expect((await store().get(client, NOW)).subscriptions).toEqual([second]);
        const third = { ...first, createdAt: NOW + 11 };
        expect(await store().addSubscription(first, 1)).toEqual(third);
        expect((await store().get(client, NOW)).subscriptions).toEqual([third]);
      });

      it('removes nothing that is noted otherwise: in another shard, before, or since', async () => {
        const client = clientId();
        const noted = keyOf(client, { createdAt: NOW + 10 });
        await store().addSubscription(noted, 1);
        for (const other of [{ shard: 1 }, { createdAt: NOW }, { createdAt: NOW + 11 }, { createdAt: 0 }])
          expect(await store().removeSubscription({ ...noted, ...other })).toBe(false);
        expect((await store().get(client, NOW)).subscriptions).toEqual([noted]);
        await store().removeSubscription(noted);
        expect((await store().get(client, NOW)).subscriptions).toEqual([]);
      });

      it('keeps what is noted anew while what was noted before is removed', async () => {
        for (let tries = 0; tries < 5; tries++) {
          const first = keyOf(clientId());
          await store().addSubscription(first, 1);
          const [second] = await Promise.all([
            store().addSubscription({ ...first, createdAt: NOW + 1 }, 1),
            store().removeSubscription(first),
          ]);
          expect((await store().get(first.client, NOW)).subscriptions).toEqual([second]);
        }
      });

      it('notes one whose making is not known, and notes it anew with it', async () => {
        const old = keyOf(clientId(), { shard: 4, createdAt: 0 });
        expect(await store().addSubscription(old, 1)).toEqual(old);
        expect((await store().get(old.client, NOW)).subscriptions).toEqual([old]);
        const anew = { ...old, createdAt: NOW };
        expect(await store().addSubscription(anew, 1)).toEqual(anew);
        await store().removeSubscription(old);
        expect((await store().get(old.client, NOW)).subscriptions).toEqual([anew]);
      });

      it('agrees on one key when 10 are given for a queue at once', async () => {
        const client = clientId();
        const { queue } = keyOf(client);
        const keys = await Promise.all(
          Array.from({ length: 10 }, (_, shard) =>
            store().addSubscription({ client, queue, shard, createdAt: NOW }, 5),
          ),
        );
        expect(new Set(keys.map((key) => key?.shard)).size).toBe(1);
        // Each noted it anew, so that none of them is another's to remove.
        const times = keys.map((key) => key?.createdAt ?? 0);
        expect(new Set(times).size).toBe(10);
        const createdAt = Math.max(...times);
        expect((await store().get(client, NOW)).subscriptions).toEqual([{ ...keys[0], createdAt }]);
      });

      it('refuses one more than the limit, also of 20 that come at once', async () => {
        const client = clientId();
        const keys = await Promise.all(Array.from({ length: 20 }, () => store().addSubscription(keyOf(client), 10)));
        expect(keys.filter((key) => key !== undefined)).toHaveLength(10);
        const { subscriptions } = await store().get(client, NOW);
        expect(subscriptions).toHaveLength(10);
        const [one] = subscriptions;
        if (one !== undefined) await store().removeSubscription(one);
        expect(await store().addSubscription(keyOf(client), 10)).toBeDefined();
        expect(await store().addSubscription(keyOf(client), 10)).toBeUndefined();
      });

      it('tells queues apart whatever they are called', async () => {
        const client = clientId();
        const base = queueName();
        const names = [
          '__proto__',
          'constructor',
          'client',
          'connections',
          ...ODD.map((odd) => `${base}${odd}`),
          ...ODD,
        ];
        const keys = names.map((queue, shard) => ({ client, queue: queue as QueueName, shard, createdAt: NOW }));
        for (const key of keys) expect(await store().addSubscription(key, 100)).toEqual(key);
        const { subscriptions } = await store().get(client, NOW);
        expect(subscriptions).toHaveLength(keys.length);
        expect(subscriptions).toEqual(expect.arrayContaining(keys));
        for (const key of keys) await store().removeSubscription(key);
        expect((await store().get(client, NOW)).subscriptions).toEqual([]);
      });
    });

    it('shows a connection and a subscription that come at once to each other', async () => {
      const client = clientId();
      const one = connection(client);
      const key = keyOf(client);
      const seen = await Promise.all([
        store()
          .addConnection(one, 10, NOW)
          .then(() => store().get(client, NOW)),
        store()
          .addSubscription(key, 10)
          .then(() => store().get(client, NOW)),
      ]);
      expect(seen.some(({ connections, subscriptions }) => connections.length + subscriptions.length === 2)).toBe(true);
    });

    it('tells connections apart whatever they are called', async () => {
      const client = clientId();
      const all = [...ODD, '=', '__proto__'].map((id) => connection(client, { connection: id as ConnectionId }));
      for (const one of all) expect(await store().addConnection(one, 100, NOW)).toBe(true);
      expect([...(await store().get(client, NOW)).connections].sort(byName)).toEqual([...all].sort(byName));
    });

    describe('list', () => {
      const listOf = (prefix: string, limit: number, now: number, connected?: boolean) =>
        everyPage(limit, (cursor) => store().list(pageOf(limit, cursor), now, connected)).then((clients) =>
          clients.filter(({ client }) => client.startsWith(prefix)),
        );

      it('has all that have connections or subscriptions once, those with connections first', async () => {
        const prefix = clientId('listed');
        const named = (what: string, i: number) => `${prefix}.${what}.${i}` as ClientId;
        for (let i = 0; i < 4; i++) {
          await store().addConnection(connection(named('here', i)), 10, NOW);
          await store().addSubscription(keyOf(named('here', i)), 10);
          await store().addConnection(connection(named('idle', i)), 10, NOW);
          await store().addSubscription(keyOf(named('away', i)), 10);
          const expiring = connection(named('expired', i), { expiresAt: NOW + 10 });
          await store().addConnection(expiring, 10, NOW);
          if (i > 1) await store().addSubscription(keyOf(named('expired', i)), 10);
          const gone = connection(named('gone', i));
          await store().addConnection(gone, 10, NOW);
          await store().removeConnection(gone.client, gone.connection);
          const unsubscribed = keyOf(named('gone', i));
          await store().addSubscription(unsubscribed, 10);
          await store().removeSubscription(unsubscribed);
        }
        const listed = (clients: readonly { client: string }[]) => clients.map(({ client }) => client).sort();
        const here = [0, 1, 2, 3].flatMap((i) => [named('here', i), named('idle', i)]).sort();
        const away = [...[0, 1, 2, 3].map((i) => named('away', i)), named('expired', 2), named('expired', 3)].sort();

        const all = await listOf(prefix, 3, NOW + 10);
        expect(listed(all.slice(0, here.length))).toEqual(here);
        expect(listed(all.slice(here.length))).toEqual(away);
        expect(listed(await listOf(prefix, 3, NOW + 10, true))).toEqual(here);
        expect(listed(await listOf(prefix, 3, NOW + 10, false))).toEqual(away);
        for (const one of all) expect(one).toEqual(await store().get(one.client, NOW + 10));
      }, 20_000);

      it('ends, with nobody, when all connections have expired and nobody subscribed', async () => {
        const client = clientId('idle');
        await store().addConnection(connection(client, { expiresAt: NOW + 10 }), 10, NOW);
        expect(await listOf(client, 50, LATER)).toEqual([]);
      });

      it('refuses cursors that it did not make', async () => {
        for (const cursor of FOREIGN_CURSORS) {
          await expect(store().list({ limit: 10, cursor }, NOW)).rejects.toBeInstanceOf(InvalidCursor);
        }
      });
    });

    it('counts the queues that a client brings into being in an hour, up to a limit', async () => {
      const [one, other] = [clientId(), clientId()];
      for (let n = 0; n < 3; n++) expect(await stores().clients.countQueue(one, queueName(), 7, 3)).toBe(true);
      expect(await stores().clients.countQueue(one, queueName(), 7, 3)).toBe(false);
      expect(await stores().clients.countQueue(other, queueName(), 7, 3)).toBe(true);
      expect(await stores().clients.countQueue(one, queueName(), 8, 3)).toBe(true);
    });

    it('counts queues without a limit, too', async () => {
      const client = clientId();
      for (let n = 0; n < 3; n++)
        expect(await stores().clients.countQueue(client, queueName(), 7, Number.POSITIVE_INFINITY)).toBe(true);
      expect(await stores().clients.countQueue(client, queueName(), 7, 3)).toBe(false);
    });

    it('lists no client for the queues that it brought into being', async () => {
      const client = clientId();
      await stores().clients.countQueue(client, queueName(), Math.floor(NOW / 3_600_000), 3);
      const listed = await everyPage(50, (cursor) => stores().clients.list(pageOf(50, cursor), NOW));
      expect(listed.filter((one) => one.client.startsWith(client))).toEqual([]);
    });
  });
}
