import type { Wire } from '../conformance/wire';
import type { Running } from './holdfast';
import { residentMegabytes } from './memory';
import { aServer, connectTo } from './own';

const BIG = 'x'.repeat(25_000);

describe('A thousand connections that do not read', () => {
  const STALLED = 1_000;
  const PUBLISHED = 200;
  /** What all may have waiting, a frame or two of each, and what else a process needs to serve them. */
  const GROWTH_MB = 250;
  /** What all answers that wait may have, a frame for each, and what a busy machine has not collected yet. */
  const ANSWERS_MB = 160;

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
    expect(most - before).toBeLessThan(ANSWERS_MB);
    expect(server.complaints()).toBe('');
  }, 120_000);
});
