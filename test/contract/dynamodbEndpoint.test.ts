import { requests } from '../../adapters/aws/requests';
import { dynamodbStores } from '../../adapters/dynamodb';
import { isTombstone } from '../../broker/model/message';
import type { JsonText } from '../../broker/model/names';
import { COUNTED_LETTERS, Unavailable, Uncertain } from '../../broker/ports';
import { Random } from '../server/load/random';
import { type TestTables, testTables } from './dynamodb';
import { type Arrived, type FaultyEndpoint, faultyEndpoint, type Treatment } from './faultyEndpoint';
import {
  chosen,
  clientId,
  connection,
  connectionId,
  deadLetter,
  draft,
  drafts,
  everyPage,
  LATER,
  message,
  NOW,
  pageOf,
  queueName,
  subscription,
} from './suites/samples';

/** How long is waited for an answer that does not come, in place of 2 s. Milliseconds. */
const ANSWER_MS = 500;

jest.setTimeout(30_000);

let tables: TestTables;
const open = new Set<FaultyEndpoint>();

beforeAll(async () => {
  tables = await testTables();
}, 60_000);
afterEach(async () => {
  for (const faulty of open) await faulty.close();
  open.clear();
});
afterAll(async () => tables.close(), 60_000);

/**
 * Stores behind an endpoint of their own, and with a client of their own, for the SDK repeats less when much has
 * failed.
 */
async function behind(decide: (arrived: Arrived) => Treatment, answerMs?: number) {
  const faulty = await faultyEndpoint(tables.endpoint);
  open.add(faulty);
  const { endpoint } = faulty;
  const hurried = answerMs === undefined ? {} : { requestHandler: requests(answerMs, 50) };
  const stores = dynamodbStores(tables.client({ endpoint, ...hurried }), tables.tables);
  // The first append of a process also looks up the longest retention.
  await stores.log.append(queueName(), drafts(1), NOW, LATER);
  faulty.treat(decide);
  return { faulty, stores };
}

/** The first request of every operation is treated so; the SDK repeats it. */
const first =
  (treatment: Treatment) =>
  ({ before }: Arrived): Treatment =>
    before === 0 ? treatment : 'served';

/** Every request of an operation is treated so. */
const every =
  (name: string, treatment: Treatment) =>
  ({ operation }: Arrived): Treatment =>
    operation === name ? treatment : 'served';

const served = (): Treatment => 'served';

const FAULTS = ['throttled', 'failed', 'late', 'stalled', 'cut before', 'cut after'] as const;

/** Soon, where the test has to wait for it. */
const answerMsFor = (fault: Treatment) => (fault === 'late' || fault === 'stalled' ? ANSWER_MS : undefined);

type Stores = Awaited<ReturnType<typeof behind>>['stores'];

interface Mistreated {
  readonly stores: Stores;
  /** From here on the first request of each kind is mistreated again. */
  again(): void;
}

async function storesEveryMessageOnce({ stores }: Mistreated): Promise<void> {
  const queue = queueName();
  const batch = [...drafts(5), ...['a', 'b', 'c', 'a'].map((id) => chosen(id))];
  const answers = await stores.log.append(queue, batch, NOW, LATER);
  expect(answers.map(({ id }) => id)).toEqual(batch.map(({ id }) => id));
  expect(answers.map(({ duplicate }) => duplicate)).toEqual([...Array(8).fill(false), true]);
  const entries = (await stores.log.read(queue, 1, 100, NOW)).filter((entry) => !isTombstone(entry));
  expect(entries.map(({ seq }) => seq)).toEqual(answers.slice(0, 8).map(({ seq }) => seq));
  const seqs = entries.map(({ seq }) => seq);
  expect((await stores.log.get(queue, seqs, NOW)).map(({ seq }) => seq)).toEqual(seqs);
  expect(await stores.queues.get(queue)).toMatchObject({ head: seqs.at(-1) });
}

async function savesOverTheVersionBefore({ stores, again }: Mistreated): Promise<void> {
  const key = { queue: queueName(), shard: 0, client: clientId() };
  const one = subscription(key, { connections: [{ connection: connectionId(), connectedAt: NOW }] });
  expect(await stores.subscriptions.save(one, NOW)).toBe(true);
  again();
  const two = { ...one, version: 2, next: 7, covered: 7 };
  expect(await stores.subscriptions.save(two, NOW)).toBe(true);
  expect(await stores.subscriptions.save({ ...two, next: 9, covered: 9 }, NOW)).toBe(false);
  expect(await stores.subscriptions.get(key, NOW)).toEqual(two);
  expect(await stores.subscriptions.getMany([key], NOW)).toEqual([two]);
  expect(await stores.subscriptions.connected(key, NOW)).toEqual([two]);
  expect((await stores.subscriptions.list([key], pageOf(10), NOW)).items).toEqual([two]);
  expect(await stores.subscriptions.remove(one)).toBe(false);
  again();
  expect(await stores.subscriptions.remove(two)).toBe(true);
  expect(await stores.subscriptions.get(key, NOW)).toBeUndefined();
}

async function countsOnce({ stores, again }: Mistreated): Promise<void> {
  const client = clientId();
  const one = connection(client);
  expect(await stores.clients.addConnection(one, 1, NOW)).toBe(true);
  again();
  expect(await stores.clients.addConnection(connection(client), 1, NOW)).toBe(false);
  const key = { client, queue: queueName(), shard: 2, createdAt: NOW };
  expect(await stores.clients.addSubscription(key, 1)).toEqual(key);
  expect(await stores.clients.addSubscription({ ...key, queue: queueName() }, 1)).toBeUndefined();
  again();
  await stores.clients.removeConnection(client, one.connection);
  expect(await stores.clients.get(client, NOW)).toEqual({ client, connections: [], subscriptions: [key] });
}

async function keepsAndDrops({ stores }: Mistreated): Promise<void> {
  const one = connection(clientId());
  await stores.connections.add(one);
  expect(await stores.connections.get(one.connection, NOW)).toEqual(one);
  await stores.connections.remove(one.connection);
  expect(await stores.connections.get(one.connection, NOW)).toBeUndefined();
  const owner = { queue: queueName(), client: clientId() };
  const letters = [1, 2, 3].map((seq) => deadLetter(seq));
  for (const letter of letters) await stores.deadLetters.put(owner, letter);
  expect(await stores.deadLetters.get(owner, [1, 2, 3], NOW)).toEqual(letters);
  expect(await stores.deadLetters.count(owner, NOW)).toBe(3);
  await stores.deadLetters.remove(owner, [1, 2]);
  expect((await stores.deadLetters.list(owner, pageOf(10), NOW)).items).toEqual([letters[2]]);
  const shard = { queue: queueName(), shard: 0 };
  await stores.pendingTimers.record(shard, NOW + 5);
  expect(await stores.pendingTimers.get(shard)).toBe(NOW + 5);
  await stores.pendingTimers.clear(shard, NOW + 5);
  expect(await stores.pendingTimers.get(shard)).toBeUndefined();
}

it.each(FAULTS)('answers everything rightly where the first request of each kind is %s', async (fault) => {
  const conversations = [storesEveryMessageOnce, savesOverTheVersionBefore, countsOnce, keepsAndDrops];
  await Promise.all(
    conversations.map(async (converse) => {
      const { stores, faulty } = await behind(first(fault), answerMsFor(fault));
      await converse({ stores, again: () => faulty.treat(first(fault)) });
    }),
  );
});

it.each(FAULTS)('is unavailable where every request is %s, and asks no more than three times', async (fault) => {
  const { stores, faulty } = await behind(() => fault, answerMsFor(fault));
  const key = { queue: queueName(), shard: 0, client: clientId() };
  await Promise.all(
    [
      stores.subscriptions.save(subscription(key), NOW),
      stores.subscriptions.get(key, NOW),
      stores.log.read(key.queue, 1, 10, NOW),
      stores.log.get(key.queue, [1], NOW),
      stores.log.append(key.queue, [draft('a')], NOW, LATER),
      stores.deadLetters.remove(key, [1]),
    ].map((request) => expect(request).rejects.toThrow(Unavailable)),
  );
  const operations = ['PutItem', 'GetItem', 'Query', 'BatchGetItem', 'UpdateItem', 'BatchWriteItem'];
  expect(operations.map((operation) => faulty.count(operation))).toEqual(Array(6).fill(3));
});

describe('an endpoint that does the work and never says so', () => {
  it('has a publish with an id answered once it is repeated, with the one message there is', async () => {
    const queue = queueName();
    const { stores, faulty } = await behind(every('PutItem', 'late'), ANSWER_MS);
    await expect(stores.log.append(queue, [chosen('a')], NOW, LATER)).rejects.toThrow(Unavailable);
    faulty.treat(served);
    const [answer] = await stores.log.append(queue, [chosen('a')], NOW, LATER);
    const entries = await stores.log.read(queue, 1, 10, NOW);
    expect(entries.filter((entry) => !isTombstone(entry))).toMatchObject([{ id: 'a', seq: answer?.seq }]);
  });

  it('leaves one without an id uncertain, for repeating it might store it twice', async () => {
    const queue = queueName();
    const { stores } = await behind(every('PutItem', 'late'), ANSWER_MS);
    await expect(stores.log.append(queue, [draft('a')], NOW, LATER)).rejects.toThrow(Uncertain);
    expect(await stores.log.read(queue, 1, 10, NOW)).toHaveLength(1);
  });
});

describe('an endpoint that returns half of each batch undone', () => {
  const halving = () => behind(({ operation }) => (operation.startsWith('Batch') ? 'half' : 'served'));

  it('is asked for the rest until all is read', async () => {
    const { stores, faulty } = await halving();
    const queue = queueName();
    await stores.log.append(queue, drafts(60), NOW, LATER);
    const seqs = Array.from({ length: 60 }, (_, index) => index + 1);
    expect((await stores.log.get(queue, seqs, NOW)).map(({ seq }) => seq)).toEqual(seqs);
    expect(faulty.count('BatchGetItem')).toBe(6);
  });

  it('is asked for the rest until all is dropped', async () => {
    const { stores, faulty } = await halving();
    const owner = { queue: queueName(), client: clientId() };
    const seqs = Array.from({ length: 25 }, (_, index) => index + 1);
    for (const seq of seqs) await stores.deadLetters.put(owner, deadLetter(seq));
    await stores.deadLetters.remove(owner, seqs);
    expect(await stores.deadLetters.count(owner, NOW)).toBe(0);
    expect(faulty.count('BatchWriteItem')).toBe(5);
  });
});

it('counts dead letters up to a thousand or a page more, for each is read to count it', async () => {
  const { stores } = await behind(() => 'served');
  const owner = { queue: queueName(), client: clientId() };
  const payload = JSON.stringify('x'.repeat(8_000)) as JsonText;
  const put = (seq: number) => stores.deadLetters.put(owner, deadLetter(seq, { message: message(seq, { payload }) }));
  for (let from = 1; from <= 1_200; from += 50)
    await Promise.all(Array.from({ length: 50 }, (_, index) => put(from + index)));
  const counted = await stores.deadLetters.count(owner, NOW);
  expect(counted).toBeGreaterThanOrEqual(COUNTED_LETTERS);
  expect(counted).toBeLessThan(1_200);
}, 60_000);

it('an endpoint that never does any of a batch makes it unavailable, and does not answer with a part', async () => {
  const queue = queueName();
  const { stores } = await behind(({ operation }) => (operation.startsWith('Batch') ? 'undone' : 'served'));
  await stores.log.append(queue, drafts(3), NOW, LATER);
  await Promise.all([
    expect(stores.log.get(queue, [1, 2, 3], NOW)).rejects.toThrow(Unavailable),
    expect(stores.deadLetters.remove({ queue, client: clientId() }, [1])).rejects.toThrow(Unavailable),
  ]);
});

describe('a page that ends at 1 MB', () => {
  it('is followed by the next, in a log', async () => {
    const { stores, faulty } = await behind(served);
    const queue = queueName();
    const payload = JSON.stringify('x'.repeat(29_000)) as JsonText;
    await stores.log.append(queue, drafts(100, { payload }), NOW, LATER);
    faulty.treat(first('throttled'));
    expect(await stores.log.read(queue, 1, 100, NOW)).toHaveLength(100);
    expect(faulty.count('Query')).toBeGreaterThan(3);
  });

  it('is followed by the next, in a shard of large subscriptions', async () => {
    const { stores } = await behind(served);
    const queue = queueName();
    const name = 'x'.repeat(120);
    const saved = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const inFlight = Array.from({ length: 150 }, (__, i) => ({
          seq: 3 * i + 1,
          attempt: 1,
          dueAt: NOW + i,
          reason: name,
        }));
        const one = subscription(
          { queue, shard: 0, client: clientId(`client-${index}`) },
          { inFlight, next: 1_000, covered: 1_000, connections: [{ connection: connectionId(), connectedAt: NOW }] },
        );
        await stores.subscriptions.save(one, NOW);
        return one.client;
      }),
    );
    const names = (found: readonly { client: string }[]) => found.map(({ client }) => client).sort();
    expect(names(await stores.subscriptions.connected({ queue, shard: 0 }, NOW))).toEqual(
      names(saved.map((client) => ({ client }))),
    );
    const listed = await everyPage(25, (cursor) =>
      stores.subscriptions.list([{ queue, shard: 0 }], pageOf(25, cursor), NOW),
    );
    expect(listed).toHaveLength(60);
  });
});

it('an endpoint that fails in every way now and then never makes a wrong answer', async () => {
  const random = new Random(20_261_101);
  const queue = queueName();
  const ways = ['throttled', 'failed', 'cut before', 'cut after', 'half'] as const;
  const { stores, faulty } = await behind(({ operation }) => {
    if (!random.chance(0.3)) return 'served';
    const way = random.pick(ways);
    return way === 'half' && !operation.startsWith('Batch') ? 'cut after' : way;
  });
  const answered = new Map<string, number>();
  const publish = async (id: string) => {
    for (let tries = 0; tries < 50; tries++) {
      try {
        const [answer] = await stores.log.append(queue, [chosen(id)], NOW, LATER);
        if (answer !== undefined) answered.set(id, answer.seq);
        return;
      } catch (error) {
        expect(error).toBeInstanceOf(Unavailable);
      }
    }
  };
  const ids = Array.from({ length: 40 }, (_, index) => `id ${index}`);
  await Promise.all(ids.map(publish));
  faulty.treat(served);
  expect([...answered.keys()].sort()).toEqual([...ids].sort());
  const stored = (await stores.log.read(queue, 1, 1_000, NOW)).flatMap((entry) =>
    isTombstone(entry) ? [] : [[entry.id, entry.seq] as const],
  );
  expect(new Map(stored)).toEqual(answered);
  expect(stored).toHaveLength(40);
}, 60_000);
