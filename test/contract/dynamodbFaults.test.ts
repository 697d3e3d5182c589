import { GetItemCommand, ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb';
import { dynamodbStores } from '../../adapters/dynamodb';
import { toItem } from '../../adapters/dynamodb/subscriptionItem';
import { dying } from '../../broker/decide/dying';
import { nack, reject } from '../../broker/decide/settle';
import { HELD_MESSAGES, KEPT_REASON } from '../../broker/model/limits';
import type { Tombstone } from '../../broker/model/message';
import type { ConnectionId } from '../../broker/model/names';
import type { Flight, Subscription } from '../../broker/model/subscription';
import { Unavailable, Uncertain } from '../../broker/ports';
import { type TestTables, testTables } from './dynamodb';
import {
  chosen,
  clientId,
  connection,
  deadLetter,
  draft,
  drafts,
  event,
  LATER,
  NOW,
  queueName,
  subscription,
} from './suites/samples';
import { type Fate, type Sent, tamperWith } from './tampering';

let opened: TestTables | undefined;

beforeAll(async () => {
  opened = await testTables();
}, 60_000);
afterAll(async () => opened?.close(), 60_000);

/** Stores whose requests meet the fate that is decided for them; all is well if none is. */
function stores(decide: (sent: Sent) => Fate | Promise<Fate> = () => 'arrives') {
  if (opened === undefined) throw new Error('the tables are made before the tests');
  const client = opened.client();
  tamperWith(client, decide);
  return dynamodbStores(client, opened.tables);
}

/** The fate of the first request of a command; the SDK repeats it, and that arrives. */
const once =
  (name: string, fate: Fate) =>
  ({ command, before }: Sent): Fate =>
    command === name && before === 0 ? fate : 'arrives';

/** The fate of all requests of a command from some on. */
const always =
  (name: string, fate: Fate, from = 0) =>
  ({ command, before }: Sent): Fate =>
    command === name && before >= from ? fate : 'arrives';

const tombstone = (seq: number): Tombstone => ({
  seq,
  tombstone: true,
  publishedAt: NOW,
  previousUntil: NOW,
  expiresAt: LATER,
});

describe('a request that the SDK repeats', () => {
  it('has saved the subscription if the first was answered and the answer lost', async () => {
    const first = subscription({ queue: queueName(), shard: 0, client: clientId() });
    expect(await stores(once('PutItemCommand', 'answer lost')).subscriptions.save(first, NOW)).toBe(true);
    const second = { ...first, version: 2 };
    expect(await stores(once('PutItemCommand', 'answer lost')).subscriptions.save(second, NOW)).toBe(true);
  });

  it('has not saved the subscription if another did in truth', async () => {
    const first = subscription({ queue: queueName(), shard: 0, client: clientId() });
    await stores().subscriptions.save(first, NOW);
    expect(await stores(once('PutItemCommand', 'lost')).subscriptions.save(first, NOW)).toBe(false);
  });

  it('has removed the subscription', async () => {
    const first = subscription({ queue: queueName(), shard: 0, client: clientId() });
    await stores().subscriptions.save(first, NOW);
    expect(await stores(once('DeleteItemCommand', 'answer lost')).subscriptions.remove(first)).toBe(true);
  });

  it('has stored the message', async () => {
    const queue = queueName();
    const answer = await stores(once('PutItemCommand', 'answer lost')).log.append(queue, [draft('a')], NOW, LATER);
    expect(answer).toEqual([{ seq: 1, id: 'a', duplicate: false }]);
  });

  it('has claimed the id', async () => {
    const queue = queueName();
    const answer = await stores(once('PutItemCommand', 'answer lost')).log.append(queue, [chosen('a')], NOW, LATER);
    expect(answer).toEqual([{ seq: 1, id: 'a', duplicate: false }]);
    expect(await stores().log.read(queue, 1, 10, NOW)).toMatchObject([{ seq: 1, id: 'a' }]);
  });

  it('has noted the connection and the subscription, once', async () => {
    const one = connection(clientId());
    const { clients } = stores(once('UpdateItemCommand', 'answer lost'));
    expect(await clients.addConnection(one, 1, NOW)).toBe(true);
    const key = { client: one.client, queue: queueName(), shard: 3, createdAt: NOW };
    expect(await stores(once('UpdateItemCommand', 'answer lost')).clients.addSubscription(key, 1)).toEqual(key);
    await stores(once('UpdateItemCommand', 'answer lost')).clients.removeConnection(one.client, one.connection);
    expect(await clients.addConnection(connection(one.client), 1, NOW)).toBe(true);
    expect(await clients.addConnection(connection(one.client), 1, NOW)).toBe(false);
  });
});

describe('a publisher that dies', () => {
  /** A publisher whose requests are lost after it took its number and `puts` items were put. */
  const dying = (puts: number) => stores(always('PutItemCommand', 'lost', puts)).log;

  it('before it put the message leaves a hole, and the next message tells until when its number is retained', async () => {
    const queue = queueName();
    await expect(dying(0).append(queue, [draft('a')], NOW, LATER)).rejects.toThrow(Uncertain);
    await stores().log.append(queue, [draft('b')], NOW + 5, LATER);
    expect(await stores().log.read(queue, 1, 10, NOW)).toMatchObject([{ seq: 2, previousUntil: LATER }]);
  });

  it('before it claimed its id has its message stored by the repetition', async () => {
    const queue = queueName();
    await expect(dying(0).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    const [answer] = await stores().log.append(queue, [chosen('a')], NOW, LATER);
    expect(answer).toEqual({ seq: 2, id: 'a', duplicate: false });
  });

  it('after it claimed its id has its message stored by the repetition, at a number for all who subscribed since', async () => {
    const queue = queueName();
    await expect(dying(1).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    const { log } = stores();
    const at = NOW + 9;
    expect(await log.append(queue, [chosen('a')], at, LATER + 9)).toEqual([{ seq: 2, id: 'a', duplicate: false }]);
    expect(await log.append(queue, [chosen('a')], at, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: true }]);
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([
      { seq: 1, tombstone: true, publishedAt: NOW, previousUntil: 0 },
      { seq: 2, id: 'a', publishedAt: at, previousUntil: LATER, expiresAt: LATER + 9 },
    ]);
  });

  it('after it claimed its id has its message stored once by all its repetitions, who answer the same', async () => {
    const queue = queueName();
    await expect(dying(1).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stores().log.append(queue, [chosen('a')], NOW, LATER)),
    );
    expect(new Set(answers.flat().map(({ seq }) => seq)).size).toBe(1);
    const entries = await stores().log.read(queue, 1, 1_000, NOW);
    expect(entries.filter((entry) => 'id' in entry)).toMatchObject([{ seq: answers[0]?.[0]?.seq }]);
    expect(entries).toHaveLength((await stores().queues.get(queue))?.head ?? 0);
  });

  it('after it claimed its id gets another number if its first was given up, and one for all repetitions', async () => {
    const queue = queueName();
    await expect(dying(1).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    await stores().log.fill(queue, tombstone(1));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => stores().log.append(queue, [chosen('a')], NOW, LATER)),
    );
    expect(new Set(answers.flat().map(({ seq }) => seq)).size).toBe(1);
    const entries = await stores().log.read(queue, 1, 100, NOW);
    expect(entries.filter((entry) => 'id' in entry)).toHaveLength(1);
    expect(entries).toHaveLength((await stores().queues.get(queue))?.head ?? 0);
  });

  it('in the middle of a batch leaves some of it, which the repetition completes', async () => {
    const queue = queueName();
    const batch = Array.from({ length: 10 }, (_, i) => chosen(`id ${i}`));
    await expect(dying(14).append(queue, batch, NOW, LATER)).rejects.toThrow(Unavailable);
    const answers = await stores().log.append(queue, batch, NOW, LATER);
    for (const [i, { seq, duplicate }] of answers.entries()) expect(duplicate ? seq === i + 1 : seq > 10).toBe(true);
    expect(answers.filter(({ duplicate }) => duplicate).length).toBeGreaterThanOrEqual(4);
    const entries = await stores().log.read(queue, 1, 100, NOW);
    expect(entries).toHaveLength((await stores().queues.get(queue))?.head ?? 0);
    const stored = entries.flatMap((entry) => ('id' in entry ? [[entry.id, entry.seq]] : []));
    expect(new Map(stored.map(([id, seq]) => [id, seq]))).toEqual(new Map(answers.map(({ id, seq }) => [id, seq])));
    expect(stored).toHaveLength(10);
  });
});

const THROTTLED = new ProvisionedThroughputExceededException({ message: 'too much at present', $metadata: {} });

describe('a publisher that lives and cannot store all', () => {
  it('fills the numbers that it does not use, so that readers need not wait', async () => {
    const queue = queueName();
    const batch = Array.from({ length: 60 }, (_, i) => draft(`id ${i}`));
    const { log } = stores(({ command, before, body }): Fate => {
      if (command === 'PutItemCommand' && before >= 30 && !body.includes('tombstone')) throw THROTTLED;
      return 'arrives';
    });
    await expect(log.append(queue, batch, NOW, LATER)).rejects.toThrow(Uncertain);
    await stores().log.append(queue, [draft('next')], NOW, LATER);
    const entries = await stores().log.read(queue, 1, 100, NOW);
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, i) => i + 1));
    expect(entries.filter((entry) => 'id' in entry).length).toBeLessThan(60);
  });
});

describe('a publisher that wakes when its number was given up', () => {
  it('stores its message at another number', async () => {
    const queue = queueName();
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command === 'PutItemCommand' && before === 0) await stores().log.fill(queue, tombstone(1));
      return 'arrives';
    });
    expect(await log.append(queue, [draft('a')], NOW, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: false }]);
  });

  it('stores what it chose the id of where its repetition did', async () => {
    const queue = queueName();
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command === 'PutItemCommand' && before === 1) {
        await stores().log.fill(queue, tombstone(1));
        await stores().log.append(queue, [chosen('a')], NOW, LATER);
      }
      return 'arrives';
    });
    expect(await log.append(queue, [chosen('a')], NOW, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: true }]);
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([{ tombstone: true }, { seq: 2, id: 'a' }]);
  });

  it('fills the number it does not use, so that readers need not wait', async () => {
    const queue = queueName();
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command === 'PutItemCommand' && before === 0) await stores().log.append(queue, [chosen('a')], NOW, LATER);
      return 'arrives';
    });
    expect(await log.append(queue, [chosen('a')], NOW, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: true }]);
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([
      { seq: 1, tombstone: true, previousUntil: 0 },
      { seq: 2 },
    ]);
  });
});

describe('a publisher that is slow, and whose publish is repeated meanwhile', () => {
  const answer = (seq: number, duplicate: boolean) => [{ seq, id: 'a', duplicate }];

  it('stores nothing where it had its number, and answers what its repetition stored', async () => {
    const queue = queueName();
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command === 'PutItemCommand' && before === 1)
        expect(await stores().log.append(queue, [chosen('a')], NOW, LATER)).toEqual(answer(2, false));
      return 'arrives';
    });
    expect(await log.append(queue, [chosen('a')], NOW, LATER)).toEqual(answer(2, true));
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([
      { seq: 1, tombstone: true },
      { seq: 2, id: 'a' },
    ]);
  });

  it('finishes what the repetition left undone, for its number was taken meanwhile', async () => {
    const queue = queueName();
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command !== 'PutItemCommand' || before !== 0) return 'arrives';
      const dying = stores(always('PutItemCommand', 'lost', 1)).log;
      await expect(dying.append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
      return 'arrives';
    });
    expect(await log.append(queue, [chosen('a')], NOW, LATER)).toEqual(answer(2, false));
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([
      { seq: 1, tombstone: true },
      { seq: 2, id: 'a' },
    ]);
  });

  it('has stored it, if the repetition comes too late to prevent it, and both answer that', async () => {
    const queue = queueName();
    let repeated: unknown;
    const { log } = stores(async ({ command, before }): Promise<Fate> => {
      if (command !== 'PutItemCommand' || before !== 1) return 'arrives';
      let store = () => {};
      const stored = new Promise<void>((resolve) => {
        store = resolve;
      });
      repeated = stores(async (sent): Promise<Fate> => {
        if (!sent.body.includes('tombstone')) return 'arrives';
        store();
        await first;
        return 'arrives';
      }).log.append(queue, [chosen('a')], NOW, LATER);
      await stored;
      return 'arrives';
    });
    const first = log.append(queue, [chosen('a')], NOW, LATER);
    expect(await first).toEqual(answer(1, false));
    expect(await repeated).toEqual(answer(1, true));
    expect(await log.read(queue, 1, 10, NOW)).toMatchObject([{ seq: 1, id: 'a' }]);
  });
});

describe('when DynamoDB does not answer', () => {
  const silent = () => stores(() => 'lost');

  it('every read and every write whose repetition is harmless is unavailable', async () => {
    const { queues, log, subscriptions, connections, clients, deadLetters, pendingTimers } = silent();
    const [queue, client] = [queueName(), clientId()];
    const key = { queue, client, shard: 0 };
    await Promise.all(
      [
        queues.get(queue),
        queues.getMany([queue]),
        queues.list({ limit: 1 }),
        queues.placeSubscription(queue, 1, NOW, async () => 1),
        log.read(queue, 1, 1, NOW),
        log.get(queue, [1], NOW),
        log.fill(queue, tombstone(1)),
        subscriptions.get(key, NOW),
        subscriptions.save(subscription(key), NOW),
        subscriptions.connected(key, NOW),
        connections.add(connection(client)),
        clients.get(client, NOW),
        clients.addConnection(connection(client), 1, NOW),
        deadLetters.put(key, deadLetter(1)),
        deadLetters.remove(key, [1]),
        pendingTimers.get(key),
      ].map((request) => expect(request).rejects.toThrow(Unavailable)),
    );
  }, 20_000);

  it('an append that took no number, or only of chosen ids, is unavailable, any other uncertain', async () => {
    const queue = queueName();
    await expect(silent().log.append(queue, [draft('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    const dying = (puts: number) => stores(always('PutItemCommand', 'lost', puts)).log;
    await expect(dying(0).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    await expect(dying(1).append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    await expect(dying(3).append(queue, drafts(5), NOW, LATER)).rejects.toThrow(Uncertain);
    await expect(dying(1).append(queue, [draft('a'), chosen('b')], NOW, LATER)).rejects.toThrow(Uncertain);
  }, 20_000);

  it('keeps the cause', async () => {
    await expect(silent().queues.get(queueName())).rejects.toMatchObject({ cause: { message: 'socket hang up' } });
  });
});

describe('the record of pending timers', () => {
  const shard = () => ({ queue: queueName(), shard: 1 });

  it('has what was recorded last', async () => {
    const { pendingTimers } = stores();
    const one = shard();
    expect(await pendingTimers.get(one)).toBeUndefined();
    await pendingTimers.record(one, NOW + 5);
    expect(await pendingTimers.get(one)).toBe(NOW + 5);
    await pendingTimers.record(one, NOW + 3);
    expect(await pendingTimers.get(one)).toBe(NOW + 3);
    expect(await pendingTimers.get({ ...one, shard: 2 })).toBeUndefined();
  });

  it('forgets a timer that came, and not one that is still to come', async () => {
    const { pendingTimers } = stores();
    const one = shard();
    await pendingTimers.clear(one, NOW);
    await pendingTimers.record(one, NOW + 5);
    await pendingTimers.clear(one, NOW + 4);
    expect(await pendingTimers.get(one)).toBe(NOW + 5);
    await pendingTimers.clear(one, NOW + 5);
    expect(await pendingTimers.get(one)).toBeUndefined();
  });

  it('believes nobody who records a timer after it came, and whoever records one after that', async () => {
    const { pendingTimers } = stores();
    const one = shard();
    await pendingTimers.clear(one, NOW + 5);
    await pendingTimers.clear(one, NOW + 3);
    await pendingTimers.record(one, NOW + 5);
    expect(await pendingTimers.get(one)).toBeUndefined();
    await pendingTimers.record(one, NOW + 4);
    expect(await pendingTimers.get(one)).toBeUndefined();
    await pendingTimers.record(one, NOW + 6);
    expect(await pendingTimers.get(one)).toBe(NOW + 6);
  });
});

describe('the items', () => {
  it('of a subscription with a full window and a retry take one write unit', () => {
    const flights = (from: number, count: number, attempt: number) =>
      Array.from({ length: count }, (_, i) => ({ seq: from + i, attempt, dueAt: NOW + attempt }));
    const { queue, client } = { queue: queueName('Database Events'), client: clientId('billing') };
    const item = toItem(
      subscription(
        { queue, client, shard: 0 },
        {
          version: 123_456,
          events: ['add', 'delete', 'update'].map((name) => ({ event: event(name), since: 1_000_001 })),
          next: 1_000_200,
          covered: 1_000_150,
          inFlight: [...flights(1_000_001, 1, 3), ...flights(1_000_100, 100, 1)],
          connections: [1, 2].map((n) => ({ connection: 'L0SM9cOFvHcCIhw=' as ConnectionId, connectedAt: NOW + n })),
        },
      ),
      'dG9rZW4h',
    );
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(1_024);
  });

  it('of a subscription that holds all it may, each message for itself, stays within what an item may take', () => {
    const { queue, client } = { queue: queueName('Q'.repeat(100)), client: clientId('c'.repeat(60)) };
    const flights = Array.from({ length: HELD_MESSAGES }, (_, i) => ({
      ...{ seq: 2 ** 40 + 100 * i, attempt: 1 + (i % 1_000), dueAt: NOW + i },
    }));
    let held = subscription(
      { queue, client, shard: 9_999 },
      {
        version: 2 ** 40,
        events: Array.from({ length: 200 }, (_, i) => ({
          event: event(`${i}${'\u4f60'.repeat(124)}`),
          since: 2 ** 40,
        })),
        next: 2 ** 41,
        covered: 2 ** 41 - 1,
        inFlight: flights,
        connections: Array.from({ length: 10 }, (_, n) => ({
          connection: `L0SM9cOFvHcCIhw${n}=` as ConnectionId,
          connectedAt: NOW,
        })),
        settings: { ackDeadline: 900, maxDeliveries: 100, maxInFlight: 1_000 },
      },
    );
    const reason = (seq: number) => `${seq}${'\u0001'.repeat(KEPT_REASON)}`;
    for (const { seq } of flights.slice(0, 1_000))
      held = nack(held, { seqs: [seq] }, NOW, 0.5, { reason: reason(seq) }).subscription;
    for (const { seq } of flights.slice(1_000, 1_100))
      held = reject(held, { seqs: [seq] }, NOW, reason(seq)).subscription;
    const dead = new Set(held.inFlight.slice(1_100, 3_000));
    held = { ...held, inFlight: held.inFlight.map((one) => (dead.has(one) ? dying(one, NOW) : one)) };
    expect(Buffer.byteLength(JSON.stringify(toItem(held, 'dG9rZW4h')))).toBeLessThan(400_000);
  });

  it('of a subscription with 1,000 in flight take one write unit, and three when every other was acked', () => {
    const full = (flights: readonly Flight[]) =>
      subscription({ queue: queueName(), client: clientId(), shard: 0 }, { next: 1_001_000, inFlight: flights });
    const flights = Array.from({ length: 1_000 }, (_, i) => ({ seq: 1_000_000 + i, attempt: 1, dueAt: NOW }));
    const bytes = (one: Subscription) => Buffer.byteLength(JSON.stringify(toItem(one, 'dG9rZW4h')));
    expect(bytes(full(flights))).toBeLessThan(1_024);
    expect(bytes(full(flights.filter(({ seq }) => seq % 2 === 0)))).toBeLessThan(3 * 1_024);
  });

  it('that say who is connected are read consistently, by their index too: a message just stored may be for one who just came', async () => {
    if (opened === undefined) throw new Error('the tables are made before the tests');
    const client = opened.client();
    const queries: object[] = [];
    client.middlewareStack.add(
      (next) => (args) => {
        queries.push(args.input);
        return next(args);
      },
      { step: 'initialize', name: 'queries' },
    );
    const { subscriptions } = dynamodbStores(client, opened.tables);
    await subscriptions.attended([{ queue: queueName(), shard: 1 }], NOW);
    await subscriptions.connected({ queue: queueName(), shard: 0 }, NOW);
    expect(queries).toEqual([
      expect.objectContaining({ IndexName: 'connected', ConsistentRead: true }),
      expect.objectContaining({ ConsistentRead: true }),
    ]);
  });

  it('expire by TTL in seconds, not before their time', async () => {
    const queue = queueName();
    await stores().log.append(queue, [draft('a')], NOW, NOW + 1_001);
    const TableName = opened?.tables.messages;
    const Key = { queue: { S: queue }, seq: { N: '1' } };
    const { Item } = (await opened?.client().send(new GetItemCommand({ TableName, Key }))) ?? {};
    expect(Item?.expiresAt).toEqual({ N: String(NOW / 1_000 + 2) });
  });

  it('of a client that has nothing any more is removed', async () => {
    const one = connection(clientId());
    const { clients } = stores();
    await clients.addConnection(one, 1, NOW);
    await clients.addSubscription({ client: one.client, queue: queueName(), shard: 0, createdAt: NOW }, 1);
    await clients.removeConnection(one.client, one.connection);
    const [key] = (await clients.get(one.client, NOW)).subscriptions;
    if (key !== undefined) await clients.removeSubscription(key);
    const Key = { client: { S: one.client } };
    const found = await opened?.client().send(new GetItemCommand({ TableName: opened.tables.clients, Key }));
    expect(found?.Item).toBeUndefined();
  });
});
