import { eventually, pause } from '../conformance/patience';
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

test('A connection that joins another is shown all that is in flight there, however much, as it reads', async () => {
  const server = await aServer();
  const publisher = await connectTo(server, 'shop');
  const first = await connectTo(server, 'billing');
  await first.subscribe('orders', { maxInFlight: 1_000, ackDeadline: 900 });
  // 15 MB: more than waits for a connection at a time.
  for (let n = 1; n <= 600; n++) await publisher.publish('orders', 'add', BIG);
  await first.receive('orders', 600);
  const joining = await connectTo(server, 'billing');
  expect((await joining.receive('orders', 600)).map(({ seq, attempt }) => `${seq}:${attempt}`)).toEqual(
    Array.from({ length: 600 }, (_, index) => `${index + 1}:1`),
  );
});
