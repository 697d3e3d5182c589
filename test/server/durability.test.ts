import { randomInt } from 'node:crypto';
import { eventually, pause } from '../conformance/patience';
import type { Running } from './holdfast';
import { Ledger } from './load/ledger';
import { EVENTS, Publisher } from './load/publisher';
import { Random } from './load/random';
import { Subscriber } from './load/subscriber';
import { aFolder, aServer, connectTo } from './own';

/** Kills. CI makes 50 of them. */
const ROUNDS = Number(process.env.HOLDFAST_ROUNDS ?? 8);
/** Subscribers that join while it goes on. */
const LATE = 8;
const SEED = Number(process.env.HOLDFAST_SEED ?? randomInt(2 ** 31));
const QUEUES: readonly [string, string] = ['orders', 'Database Events'];

jest.setTimeout(30_000 + ROUNDS * 5_000);

/** The subscriptions that are owed something. */
async function stillOwed(server: Running): Promise<unknown[]> {
  const wire = await connectTo(server);
  const lists = await Promise.all(QUEUES.map((queue) => wire.list('subscriptions', { queue })));
  await wire.close();
  // The backlog of one that filters is an upper bound: it may count what it does not want.
  const isExact = (events: unknown) => Array.isArray(events) && events.includes('*');
  return lists.flat().filter(({ inFlight, backlog, events }) => inFlight !== 0 || (backlog !== 0 && isExact(events)));
}

async function deadOf(server: Running, client: string, queue: string): Promise<Set<unknown>> {
  const wire = await connectTo(server, client);
  const letters = await wire.list('deadLetters', { queue, clientId: client });
  await wire.close();
  return new Set(letters.map(({ seq }) => seq));
}

test(`Killed again and again under load, it keeps every promise it made (HOLDFAST_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  const ledger = new Ledger();
  const data = aFolder();
  const publishers = [
    new Publisher('shop', QUEUES, false, ledger, random),
    new Publisher('till', QUEUES, true, ledger, random),
    new Publisher('depot', QUEUES, true, ledger, random),
  ];
  const subscribers = [
    new Subscriber('billing', QUEUES, undefined, ledger, random),
    new Subscriber('search', QUEUES, undefined, ledger, random),
    new Subscriber('audit', QUEUES, [EVENTS[1]], ledger, random),
    new Subscriber('cache', ['orders'], [EVENTS[0], EVENTS[2]], ledger, random),
  ];
  for (let round = 1; round <= ROUNDS; round++) {
    const server = await aServer(data);
    const everybody = [...publishers, ...subscribers].map((one) => one.run(server.url));
    await pause(random.between(50, 300));
    if (round % Math.ceil(ROUNDS / LATE) === 0) {
      const late = new Subscriber(`late-${round}`, [random.pick(QUEUES)], undefined, ledger, random);
      subscribers.push(late);
      everybody.push(late.run(server.url));
    }
    await pause(random.between(20, 600));
    await server.stop('SIGKILL');
    await Promise.all(everybody);
    expect(ledger.broken.slice(0, 10)).toEqual([]);
  }

  const server = await aServer(data);
  for (const publisher of publishers) await publisher.settleDebts(server.url);
  // One who reads all there is: what was neither answered nor owed to anybody has its number, too.
  const auditor = new Subscriber('auditor', QUEUES, undefined, ledger, random, 'earliest');
  subscribers.push(auditor);
  for (const subscriber of subscribers) subscriber.isDiligent = true;
  const everybody = subscribers.map((subscriber) => subscriber.run(server.url));
  await eventually(
    async () => auditor.isSubscribed,
    (isSubscribed) => isSubscribed,
  );
  await eventually(
    async () => [...(await stillOwed(server)), ...ledger.missing().slice(0, 10)],
    (owed) => owed.length === 0,
    10_000 + ROUNDS * 1_000,
  );
  ledger.broken.push(...ledger.holes());
  for (const { client, queue, rejected } of ledger.accounts) {
    const dead = await deadOf(server, client, queue);
    for (const seq of rejected)
      if (!dead.has(seq)) ledger.broken.push(`${client} has no dead letter of ${queue} ${seq}`);
  }
  expect(ledger.broken.slice(0, 10)).toEqual([]);
  const { published, delivered, settled } = ledger.counts();
  expect(published).toBeGreaterThan(ROUNDS * 50);
  expect(delivered).toBeGreaterThan(published);
  expect(settled).toBeGreaterThan(published);
  await server.stop();
  await Promise.all(everybody);
});
