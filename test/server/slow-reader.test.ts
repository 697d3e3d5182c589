import { eventually, pause } from '../conformance/patience';
import type { Wire } from '../conformance/wire';
import type { Running } from './holdfast';
import { residentMegabytes } from './memory';
import { aServer, connectTo } from './own';

const ASKED = 2_000;
const BIG = 'x'.repeat(25_000);

test('A subscriber that never reads costs a few megabytes, and delays nobody', async () => {
  const server = await aServer();
  const publisher = await connectTo(server, 'shop');
  const good = await connectTo(server, 'search');
  await good.subscribe('orders', { maxInFlight: 1_000 });
  const names = ['idle-1', 'idle-2', 'idle-3', 'idle-4'];
  for (const name of names) {
    const stuck = await connectTo(server, name);
    await stuck.subscribe('orders', { maxInFlight: 1_000 });
    stuck.socket.pause();
  }
  const before = residentMegabytes(server) ?? 0;
  let slowest = 0;
  // 10 MB for each, all of which may be in flight.
  for (let n = 1; n <= 400; n++) {
    const sent = Date.now();
    await publisher.publish('orders', 'add', BIG);
    const [message] = await good.receive('orders', 1);
    expect(message?.seq).toBe(n);
    slowest = Math.max(slowest, Date.now() - sent);
    good.send({ action: 'ack', queue: 'orders', upTo: n });
  }
  expect(slowest).toBeLessThan(1_000);
  // 4 MB wait in the buffer of each; the rest stays where it is until its deadline.
  expect((residentMegabytes(server) ?? 0) - before).toBeLessThan(100);
});

test('Who asks and asks and never reads the answers is not read any more, and costs nobody else anything', async () => {
  const server = await aServer();
  const wire = await connectTo(server, 'shop');
  await wire.subscribe('orders', { maxInFlight: 200 });
  await wire.publishAll('orders', Array<string>(100).fill('add'));
  const seqs = (await wire.receive('orders', 100)).map(({ seq }) => seq);
  await wire.request({ action: 'reject', queue: 'orders', seqs, reason: 'x'.repeat(100) });
  const greedy = await connectTo(server, 'greedy');
  greedy.socket.pause();
  const before = residentMegabytes(server) ?? 0;
  // Each is answered with some 30 KB, so all with 60 MB.
  for (let n = 0; n < ASKED; n++) greedy.send({ action: 'list', what: 'deadLetters', queue: 'orders', limit: 100 });
  for (let n = 0; n < 20; n++) {
    const sent = Date.now();
    await wire.request({ action: 'ping' });
    expect(Date.now() - sent).toBeLessThan(1_000);
    await pause(50);
  }
  expect((residentMegabytes(server) ?? 0) - before).toBeLessThan(45);
  greedy.socket.resume();
  // It goes on where it stopped, beyond what was on its way.
  await eventually(
    async () => greedy.received.filter(({ type }) => type === 'list').length,
    (answered) => answered > 500,
  );
});

describe('A thousand connections that do not read', () => {
  const STALLED = 1_000;
  const PUBLISHED = 200;
  /** What all may have waiting, a frame or two of each, and what else a process needs to serve them. */
  const GROWTH_MB = 250;

  async function stalled(server: Running, prepare: (wire: Wire) => Promise<unknown>): Promise<Wire[]> {
    const wires: Wire[] = [];
    for (let n = 0; n < STALLED; n += 50)
      wires.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, async (_, i) => {
            const wire = await connectTo(server, `stalled-${n + i}`);
            await prepare(wire);
            wire.socket.pause();
            return wire;
          }),
        )),
      );
    return wires;
  }

  test('take little memory while much is published, and then are delivered everything, each message once', async () => {
    const server = await aServer();
    const publisher = await connectTo(server, 'shop');
    const settings = { maxInFlight: 1_000, ackDeadline: 900 };
    const wires = await stalled(server, (wire) => wire.subscribe('orders', settings));
    const before = residentMegabytes(server) ?? 0;
    let most = 0;
    // 5 MB for each: 5 GB in all.
    for (let n = 1; n <= PUBLISHED; n++) {
      await publisher.publish('orders', 'add', BIG);
      if (n % 20 === 0) most = Math.max(most, residentMegabytes(server) ?? 0);
    }
    expect(most - before).toBeLessThan(GROWTH_MB);
    for (const wire of wires.slice(0, 5)) {
      wire.socket.resume();
      const messages = await wire.receive('orders', PUBLISHED);
      expect(messages.map(({ seq, attempt }) => `${seq}:${attempt}`)).toEqual(
        Array.from({ length: PUBLISHED }, (_, index) => `${index + 1}:1`),
      );
      const acked = await wire.request({ action: 'ack', queue: 'orders', upTo: PUBLISHED });
      expect(acked).toMatchObject({ settled: PUBLISHED, inFlight: 0, backlog: 0 });
    }
    expect(server.complaints()).toBe('');
  }, 120_000);

  test('take little memory however much each of them asks for', async () => {
    const server = await aServer();
    const shop = await connectTo(server, 'shop');
    await shop.subscribe('orders');
    await shop.publishAll('orders', Array<string>(50).fill('add'));
    const seqs = (await shop.receive('orders', 50)).map(({ seq }) => seq);
    await shop.request({ action: 'reject', queue: 'orders', seqs, reason: 'x'.repeat(400) });
    const wires = await stalled(server, async () => undefined);
    const before = residentMegabytes(server) ?? 0;
    let most = 0;
    // Each is answered with some 28 KB: 280 MB in all.
    for (let n = 0; n < 10; n++) {
      for (const wire of wires) wire.send({ action: 'list', what: 'deadLetters', queue: 'orders', limit: 100 });
      await shop.request({ action: 'ping' });
      most = Math.max(most, residentMegabytes(server) ?? 0);
    }
    expect(most - before).toBeLessThan(GROWTH_MB / 2);
    expect(server.complaints()).toBe('');
  }, 120_000);
});
