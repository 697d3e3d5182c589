import type { ClientId, QueueName } from '../../../broker/model/names';
import type { Flight, Subscription, SubscriptionKey } from '../../../broker/model/subscription';
import { InvalidCursor } from '../../../broker/ports';
import {
  BIG,
  clientId,
  connectionId,
  event,
  everyPage,
  FOREIGN_CURSORS,
  LATER,
  NOW,
  ODD,
  pageOf,
  queueName,
  subscription,
} from './samples';
import { type MakeStores, opened } from './stores';

const keyOf = (more: Partial<SubscriptionKey> = {}): SubscriptionKey => ({
  queue: queueName(),
  shard: 0,
  client: clientId(),
  ...more,
});

const following = (stored: Subscription, more: Partial<Subscription> = {}): Subscription => ({
  ...stored,
  version: stored.version + 1,
  ...more,
});

const attached = () => [{ connection: connectionId(), connectedAt: NOW }];
const clientsOf = (found: readonly Subscription[]) => found.map(({ client }) => client).sort();

/** What {@link SubscriptionStore} promises. */
export function describeSubscriptionStore(name: string, makeStores: MakeStores): void {
  describe(`the subscriptions in ${name}`, () => {
    const opener = opened(makeStores);
    const store = () => opener().subscriptions;

    it('knows nothing of a subscription that nobody made', async () => {
      expect(await store().get(keyOf(), NOW)).toBeUndefined();
      expect(await store().getMany([keyOf()], NOW)).toEqual([]);
    });

    it('gives back everything that was saved', async () => {
      const flights: Flight[] = [
        { seq: 3, attempt: 1, dueAt: NOW + 5 },
        { seq: 4, attempt: 1, dueAt: NOW + 5 },
        { seq: 7, attempt: 0, dueAt: NOW + 6, waiting: true },
        { seq: 8, attempt: 5, dueAt: NOW + 6, dead: true, reason: 'db "down" \\ 😀' },
        { seq: BIG, attempt: 2, dueAt: NOW + 7, redriven: true, waiting: true, reason: 'x' },
      ];
      const saved = subscription(keyOf({ shard: 12 }), {
        createdAt: NOW - 5,
        events: [
          { event: event('delete'), since: BIG },
          { event: event('"a",😀#\\'), since: 1 },
        ],
        next: BIG + 2,
        covered: BIG + 1,
        inFlight: flights,
        connections: [...attached(), { connection: connectionId('"\\'), connectedAt: NOW + 1 }],
        settings: { ackDeadline: 900, maxDeliveries: 0, maxInFlight: 1_000 },
      });
      expect(await store().save(saved, NOW)).toBe(true);
      expect(await store().get(saved, NOW)).toEqual(saved);
    });

    it('keeps a window of 1,000 in flight', async () => {
      const inFlight = Array.from({ length: 1_000 }, (_, i) => ({
        seq: BIG + 3 * i,
        attempt: 1 + (i % 3),
        dueAt: NOW + i,
      }));
      const saved = subscription(keyOf(), { inFlight, next: BIG + 3_000, covered: BIG + 3_000 });
      expect(await store().save(saved, NOW)).toBe(true);
      expect(await store().get(saved, NOW)).toEqual(saved);
    });

    it('saves each version over the one before, and over no other', async () => {
      const first = subscription(keyOf());
      expect(await store().save(following(first), NOW)).toBe(false);
      expect(await store().save(first, NOW)).toBe(true);
      expect(await store().save(first, NOW)).toBe(false);
      expect(await store().save({ ...first, version: 3 }, NOW)).toBe(false);
      const second = following(first, { next: 5, covered: 5 });
      expect(await store().save(second, NOW)).toBe(true);
      expect(await store().save(following(first, { next: 9, covered: 9 }), NOW)).toBe(false);
      expect(await store().get(first, NOW)).toEqual(second);
    });

    it('lets one of 20 win who save the same version at once', async () => {
      const first = subscription(keyOf());
      for (const base of [undefined, first]) {
        const rivals = Array.from({ length: 20 }, (_, i) =>
          base === undefined ? { ...first, next: 1, createdAt: NOW } : following(base, { next: i + 2, covered: i + 2 }),
        );
        const won = await Promise.all(rivals.map((rival) => store().save(rival, NOW)));
        expect(won.filter(Boolean)).toHaveLength(1);
        expect(await store().get(first, NOW)).toEqual(rivals[won.indexOf(true)]);
      }
    });

    it('loses no change of 10 who each read, change and save until they succeed', async () => {
      const key = keyOf();
      await store().save(subscription(key), NOW);
      const raise = async (): Promise<void> => {
        const found = await store().get(key, NOW);
        if (found === undefined) throw new Error('it is gone');
        const next = found.next + 1;
        if (!(await store().save(following(found, { next, covered: next }), NOW))) return raise();
      };
      await Promise.all(Array.from({ length: 10 }, raise));
      expect(await store().get(key, NOW)).toMatchObject({ next: 11, version: 11 });
    });

    it('leaves out one that is expired, to the millisecond', async () => {
      const saved = subscription(keyOf(), { expiresAt: NOW + 1_001, connections: attached() });
      await store().save(saved, NOW);
      expect(await store().get(saved, NOW + 1_000)).toEqual(saved);
      expect(await store().get(saved, NOW + 1_001)).toBeUndefined();
      expect(await store().getMany([saved], NOW + 1_001)).toEqual([]);
      expect(await store().connected(saved, NOW + 1_001)).toEqual([]);
      expect((await store().list([saved], { limit: 10 }, NOW + 1_001)).items).toEqual([]);
    });

    it('stores version 1 over an expired one of any version, not over one that never expires', async () => {
      const first = subscription(keyOf());
      await store().save(first, NOW);
      await store().save(following(first, { expiresAt: NOW + 10 }), NOW);
      expect(await store().save(first, NOW + 9)).toBe(false);
      const anew = { ...first, createdAt: NOW + 10, expiresAt: Number.POSITIVE_INFINITY };
      expect(await store().save(anew, NOW + 10)).toBe(true);
      expect(await store().get(first, LATER * 2)).toEqual(anew);
      expect(await store().save(first, LATER * 2)).toBe(false);
    });

    it('gets many at once, from any shards', async () => {
      const queue = queueName();
      const some = Array.from({ length: 120 }, (_, i) => subscription({ queue, shard: i % 3, client: clientId() }));
      await Promise.all(some.map((one) => store().save(one, NOW)));
      const found = await store().getMany([...some, keyOf(), ...some.slice(0, 2)], NOW);
      expect(new Set(clientsOf(found))).toEqual(new Set(clientsOf(some)));
    });

    it('saves and removes nothing over one that was ended and made anew meanwhile', async () => {
      const before = subscription(keyOf());
      expect(await store().save(before, NOW)).toBe(true);
      expect(await store().remove(before)).toBe(true);
      const anew = { ...before, createdAt: before.createdAt + 1 };
      expect(await store().save(anew, NOW)).toBe(true);
      expect(await store().save({ ...before, version: 2 }, NOW)).toBe(false);
      expect(await store().remove(before)).toBe(false);
      expect(await store().get(before, NOW)).toEqual(anew);
    });

    it('removes the version given and no other', async () => {
      const first = subscription(keyOf());
      const second = following(first);
      await store().save(first, NOW);
      await store().save(second, NOW);
      expect(await store().remove(first)).toBe(false);
      expect(await store().get(first, NOW)).toEqual(second);
      expect(await store().remove(second)).toBe(true);
      expect(await store().get(first, NOW)).toBeUndefined();
      expect(await store().remove(second)).toBe(true);
      expect(await store().save(following(second), NOW)).toBe(false);
      expect(await store().save(first, NOW)).toBe(true);
    });

    it('is sooner or later on disk', async () => {
      const saved = subscription(keyOf());
      await store().save(saved, NOW);
      await store().persisted(saved);
      await store().persisted(keyOf());
    });

    it('finds those of a shard that are connected', async () => {
      const queue = queueName();
      const here = Array.from({ length: 5 }, () =>
        subscription({ queue, shard: 1, client: clientId() }, { connections: attached() }),
      );
      const away = subscription({ queue, shard: 1, client: clientId() });
      const elsewhere = subscription({ queue, shard: 2, client: clientId() }, { connections: attached() });
      for (const one of [...here, away, elsewhere]) await store().save(one, NOW);
      expect(clientsOf(await store().connected({ queue, shard: 1 }, NOW))).toEqual(clientsOf(here));
      const [first] = here;
      if (first !== undefined) await store().save(following(first, { connections: [] }), NOW);
      await store().save(following(away, { connections: attached() }), NOW);
      expect(clientsOf(await store().connected({ queue, shard: 1 }, NOW))).toEqual(clientsOf([...here.slice(1), away]));
    });

    it.each([2, 23])('finds the %i that are connected among many that are away, again and again', async (count) => {
      const queue = queueName();
      const shard = { queue, shard: 1 };
      const all = Array.from({ length: 30 }, () => subscription({ ...shard, client: clientId() }));
      for (const one of all) await store().save(one, NOW);
      const connected = async () => clientsOf(await store().connected(shard, NOW));
      expect(await connected()).toEqual([]);
      const here = all.slice(0, count);
      for (const one of here) await store().save(following(one, { connections: attached() }), NOW);
      expect(await connected()).toEqual(clientsOf(here));
      expect(await connected()).toEqual(clientsOf(here));
      const [first] = here;
      if (first !== undefined)
        await store().save(following(following(first, { connections: attached() }), { connections: [] }), NOW);
      expect(await connected()).toEqual(clientsOf(here.slice(1)));
    });

    it('tells in which shards anybody is connected', async () => {
      const queue = queueName();
      const shards = [0, 1, 2, 3].map((shard) => ({ queue, shard }));
      const here = subscription({ queue, shard: 2, client: clientId() }, { connections: attached() });
      const away = subscription({ queue, shard: 1, client: clientId() });
      for (const one of [here, away]) await store().save(one, NOW);
      expect(await store().attended(shards, NOW)).toEqual([{ queue, shard: 2 }]);
      await store().save(following(here, { connections: [] }), NOW);
      expect(await store().attended(shards, NOW)).toEqual([]);
      expect(await store().attended([], NOW)).toEqual([]);
    });

    it('counts those of a queue, over its shards, and those of them that are connected', async () => {
      const queue = queueName();
      const shards = [0, 1, 2, 3].map((shard) => ({ queue, shard }));
      for (let i = 0; i < 23; i++) {
        const connections = i % 4 === 0 ? attached() : [];
        const key = { queue, shard: i % 3, client: clientId() };
        await store().save(subscription(key, { connections, ...(i % 5 === 4 ? { expiresAt: NOW + 1 } : {}) }), NOW);
      }
      expect(await store().count(shards, NOW)).toEqual({ subscribers: 23, connected: 6 });
      expect(await store().count(shards, NOW + 1)).toEqual({ subscribers: 19, connected: 5 });
      expect(await store().count([{ queue, shard: 3 }], NOW)).toEqual({ subscribers: 0, connected: 0 });
    });

    it('lists all of a queue once, over its shards, page by page, in a stable order', async () => {
      const queue = queueName();
      const shards = [0, 1, 2, 3].map((shard) => ({ queue, shard }));
      const all = Array.from({ length: 23 }, (_, i) =>
        subscription({ queue, shard: i % 3, client: clientId() }, i % 5 === 4 ? { expiresAt: NOW + 1 } : {}),
      );
      for (const one of all) await store().save(one, NOW);
      const list = () => everyPage(4, (cursor) => store().list(shards, pageOf(4, cursor), NOW + 1));
      const listed = await list();
      expect(clientsOf(listed)).toEqual(clientsOf(all.filter(({ expiresAt }) => expiresAt > NOW + 1)));
      expect(await list()).toEqual(listed);
    });

    it('refuses cursors that it did not make', async () => {
      for (const cursor of FOREIGN_CURSORS) {
        const list = store().list([{ queue: queueName(), shard: 0 }], { limit: 10, cursor }, NOW);
        await expect(list).rejects.toBeInstanceOf(InvalidCursor);
      }
    });

    it('tells subscriptions apart whatever the queue is called', async () => {
      const base = queueName();
      const client = clientId();
      const queues = ['', ...ODD].flatMap((odd) => [`${base}${odd}`, `${odd}${base}`, `1#${base}${odd}`]);
      const all = [...new Set(queues)].flatMap((queue) =>
        [0, 1, 11].map((shard) =>
          subscription({ queue: queue as QueueName, shard, client }, { connections: attached() }),
        ),
      );
      for (const one of all) expect(await store().save(one, NOW)).toBe(true);
      for (const one of all) {
        expect(await store().get(one, NOW)).toEqual(one);
        expect(await store().connected(one, NOW)).toEqual([one]);
      }
    }, 20_000);

    it('tells clients apart whose ids look alike', async () => {
      const { queue } = keyOf();
      const all = ['a', 'A', 'a:b', 'a.b', 'a@b', 'a-b', 'a_b', '1', '01'].map((client) =>
        subscription({ queue, shard: 0, client: client as ClientId }),
      );
      for (const one of all) expect(await store().save(one, NOW)).toBe(true);
      for (const one of all) expect(await store().get(one, NOW)).toEqual(one);
    });
  });
}
