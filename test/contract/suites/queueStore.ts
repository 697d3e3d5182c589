import { LISTED_EVENTS } from '../../../broker/model/limits';
import type { QueueName } from '../../../broker/model/names';
import { InvalidCursor } from '../../../broker/ports';
import {
  clientId,
  connection,
  draft,
  event,
  everyPage,
  FOREIGN_CURSORS,
  LATER,
  NOW,
  ODD,
  pageOf,
  queueName,
} from './samples';
import { type MakeStores, opened } from './stores';

/** What {@link QueueStore} promises. */
export function describeQueueStore(name: string, makeStores: MakeStores): void {
  describe(`the queues in ${name}`, () => {
    const stores = opened(makeStores);
    const queues = () => stores().queues;
    const publish = (queue: QueueName, ...events: string[]) =>
      stores().log.append(
        queue,
        events.map((one, i) => draft(`id ${i}`, { event: event(one) })),
        NOW,
        LATER,
      );

    /** @param stored how many of those that were placed before are there. Left out: all. */
    const place = (queue: QueueName, shardSize: number, stored = Number.POSITIVE_INFINITY) =>
      queues().placeSubscription(queue, shardSize, NOW, async () => stored);

    it('knows nothing of a queue that nobody used', async () => {
      expect(await queues().get(queueName())).toBeUndefined();
      expect((await queues().getMany([queueName()])).size).toBe(0);
    });

    it('tells whether a queue exists, from its first publish or subscription on', async () => {
      const [published, subscribed] = [queueName(), queueName()];
      expect(await queues().exists(published)).toBe(false);
      expect(await queues().exists(subscribed)).toBe(false);
      await publish(published, 'add');
      await place(subscribed, 5);
      for (let n = 0; n < 2; n++) {
        expect(await queues().exists(published)).toBe(true);
        expect(await queues().exists(subscribed)).toBe(true);
      }
    });

    it('knows a queue that was published to: head, events, one shard', async () => {
      const queue = queueName();
      await publish(queue, 'add', 'delete', 'add');
      expect(await queues().get(queue)).toEqual({
        queue,
        head: 3,
        headUntil: LATER,
        events: ['add', 'delete'],
        createdAt: NOW,
        shards: 1,
      });
    });

    it('learns event names from publishes at the same time, and keeps them sorted', async () => {
      const queue = queueName();
      const names = Array.from({ length: 30 }, (_, i) => `event ${i}`);
      await Promise.all(names.map((one) => publish(queue, one)));
      await publish(queue, ...ODD);
      expect((await queues().get(queue))?.events).toEqual([...names, ...ODD].sort());
    });

    it('remembers a bounded number of event names and takes messages of any other', async () => {
      const queue = queueName();
      const names = Array.from({ length: LISTED_EVENTS + 100 }, (_, i) => `event ${i}`);
      for (let i = 0; i < names.length; i += 100) await publish(queue, ...names.slice(i, i + 100));
      expect((await queues().get(queue))?.events).toHaveLength(LISTED_EVENTS);
      expect(await publish(queue, 'one too many')).toMatchObject([{ seq: names.length + 1 }]);
      expect(await publish(queue, 'event 1')).toMatchObject([{ seq: names.length + 2 }]);
      expect(await queues().get(queue)).toMatchObject({ head: names.length + 2 });
      expect((await queues().get(queue))?.events).toHaveLength(LISTED_EVENTS);
    });

    it('remembers no event name of more than 128 bytes, and takes messages of it', async () => {
      const queue = queueName();
      const [long, fits] = ['é'.repeat(65), 'é'.repeat(64)];
      await publish(queue, long);
      await publish(queue, 'add', long, fits);
      expect(await queues().get(queue)).toMatchObject({ head: 4, events: ['add', fits] });
    });

    it('gets many at once, by name, without those that do not exist', async () => {
      const some = Array.from({ length: 120 }, () => queueName());
      // No more at a time than a client has connections: to wait for one is to be late.
      for (let i = 0; i < some.length; i += 40)
        await Promise.all(some.slice(i, i + 40).map((queue) => publish(queue, 'add')));
      const found = await queues().getMany([...some, queueName('missing'), ...some.slice(0, 3)]);
      expect(found.size).toBe(120);
      for (const queue of some) expect(found.get(queue)).toMatchObject({ queue, head: 1 });
      expect((await queues().getMany([])).size).toBe(0);
    });

    it('creates a queue for its first subscription, with head 0', async () => {
      const queue = queueName();
      const { queue: created, shard } = await place(queue, 2);
      const expected = { queue, head: 0, headUntil: 0, events: [], createdAt: NOW, shards: 1 };
      expect(shard).toBe(0);
      expect(created).toEqual(expected);
      expect(await queues().get(queue)).toEqual(expected);
      await publish(queue, 'add');
      expect(await stores().log.read(queue, 1, 1, NOW)).toMatchObject([{ seq: 1, previousUntil: 0 }]);
    });

    it('opens a shard for about every so many subscriptions', async () => {
      const queue = queueName();
      const taken = new Map<number, number>();
      for (let i = 0; i < 30; i++) {
        const { queue: found, shard } = await place(queue, 5);
        expect(shard).toBeGreaterThanOrEqual(0);
        expect(shard).toBeLessThan(found.shards);
        taken.set(shard, (taken.get(shard) ?? 0) + 1);
      }
      const shards = (await queues().get(queue))?.shards ?? 0;
      expect(shards).toBeGreaterThanOrEqual(5);
      expect(shards).toBeLessThanOrEqual(10);
      expect(Math.max(...taken.values())).toBeLessThanOrEqual(10);
    });

    it('places subscriptions that come at once, in shards that exist', async () => {
      const queue = queueName();
      const placed = await Promise.all(Array.from({ length: 20 }, () => place(queue, 5)));
      const shards = (await queues().get(queue))?.shards ?? 0;
      expect(shards).toBeGreaterThanOrEqual(4);
      for (const { queue: found, shard } of placed) {
        expect(shard).toBeLessThan(found.shards);
        expect(found.shards).toBeLessThanOrEqual(shards);
      }
    });

    it('needs no further shard for subscriptions that replace others, and spreads them', async () => {
      const queue = queueName();
      for (let i = 0; i < 10; i++) await place(queue, 5);
      const before = (await queues().get(queue))?.shards;
      const taken = new Set<number>();
      for (let i = 0; i < 10; i++) {
        await queues().forgetSubscription(queue);
        taken.add((await place(queue, 5)).shard);
      }
      expect((await queues().get(queue))?.shards).toBe(before);
      expect(taken.size).toBeGreaterThan(1);
    });

    it('opens no shard while many of those that were placed have ended, though nobody said so', async () => {
      const queue = queueName();
      for (let i = 0; i < 10; i++) await place(queue, 5);
      const asked: number[] = [];
      const placed = async (stored: number) => {
        const count = async (shards: number) => {
          asked.push(shards);
          return stored;
        };
        return (await queues().placeSubscription(queue, 5, NOW, count)).queue.shards;
      };
      expect(await placed(3)).toBe(2);
      // Now there are four, and room for six more before they are counted again.
      for (let i = 0; i < 6; i++) expect(await placed(Number.POSITIVE_INFINITY)).toBe(2);
      expect(asked).toEqual([2]);
      expect(await placed(9)).toBe(3);
      expect(asked).toEqual([2, 2]);
    });

    it('opens a shard when others are placed while those that are there are counted', async () => {
      const queue = queueName();
      for (let i = 0; i < 5; i++) await place(queue, 5);
      const count = async () => {
        await place(queue, 5);
        return 0;
      };
      const { queue: found, shard } = await queues().placeSubscription(queue, 5, NOW, count);
      expect(found.shards).toBe(2);
      expect(shard).toBe(1);
    });

    it('forgets more subscriptions than there were without harm', async () => {
      const queue = queueName();
      await queues().forgetSubscription(queue);
      expect(await queues().get(queue)).toBeUndefined();
      await place(queue, 5);
      await queues().forgetSubscription(queue);
      await queues().forgetSubscription(queue);
      expect((await place(queue, 5)).shard).toBe(0);
    });

    it('lists all queues once, page by page, in a stable order', async () => {
      const base = queueName('listed');
      const some = ['', ...ODD].map((odd) => `${base}${odd}` as QueueName);
      for (const queue of some) await publish(queue, 'add');
      const list = () => everyPage(7, (cursor) => queues().list(pageOf(7, cursor)));
      const listed = (await list()).filter(({ queue }) => queue.startsWith(base));
      expect(listed.map(({ queue }) => queue).sort()).toEqual([...some].sort());
      expect(listed.every(({ head }) => head === 1)).toBe(true);
      expect((await list()).filter(({ queue }) => queue.startsWith(base))).toEqual(listed);
    }, 20_000);

    it('refuses the cursor of another list, and the other list its', async () => {
      const { clients } = stores();
      for (let i = 0; i < 3; i++) {
        await publish(queueName(), 'add');
        await clients.addConnection(connection(clientId()), 1, NOW);
      }
      const { cursor: ofClients = '' } = await clients.list({ limit: 1 }, NOW);
      const { cursor: ofQueues = '' } = await queues().list({ limit: 1 });
      await expect(queues().list({ limit: 1, cursor: ofClients })).rejects.toBeInstanceOf(InvalidCursor);
      await expect(clients.list({ limit: 1, cursor: ofQueues }, NOW)).rejects.toBeInstanceOf(InvalidCursor);
    });

    it('refuses cursors that it did not make', async () => {
      for (const cursor of FOREIGN_CURSORS) {
        await expect(queues().list({ limit: 10, cursor })).rejects.toBeInstanceOf(InvalidCursor);
      }
    });
  });
}
