import { type Frame, isOf } from '../conformance/frames';
import { eventually } from '../conformance/patience';
import type { Wire } from '../conformance/wire';
import { aServer, connectTo } from './own';

const PUBLISHERS = 4;
const EACH = 300;
const ALL = PUBLISHERS * EACH;

/** The first deliveries among frames, as their joints and numbers. */
const firstDeliveries = (frames: readonly Frame[]) =>
  frames.filter((frame) => isOf('messages', frame)).filter(({ from }) => from !== undefined);

/** Acks whatever comes, each frame by itself. */
function ackAll(wire: Wire): void {
  wire.socket.on('message', (data) => {
    const frame: Frame = JSON.parse(String(data));
    if (isOf('messages', frame))
      wire.send({ action: 'ack', queue: frame.queue, seqs: frame.messages.map(({ seq }) => seq) });
  });
}

test('First deliveries arrive in order and joined up, whoever publishes, acks and listens at the same time', async () => {
  const server = await aServer();
  // Two connections of one client, both of which ack; one with a small window, and one that wants little.
  const wires = [
    await connectTo(server, 'billing'),
    await connectTo(server, 'billing'),
    await connectTo(server, 'search'),
    await connectTo(server, 'audit'),
  ];
  const [billing, , search, audit] = wires;
  if (!billing || !search || !audit) throw new Error('unreachable');
  for (const wire of wires) ackAll(wire);
  await billing.subscribe('orders');
  await search.subscribe('orders', { maxInFlight: 3 });
  await audit.subscribe('orders', { events: ['delete'] });

  const publishers = await Promise.all(Array.from({ length: PUBLISHERS }, () => connectTo(server)));
  for (let n = 0; n < EACH; n++)
    for (const publisher of publishers)
      publisher.send({ action: 'publish', queue: 'orders', event: n % 10 === 0 ? 'delete' : 'add', payload: n });
  await eventually(
    async () => wires.map(({ received }) => firstDeliveries(received).at(-1)?.next ?? 0),
    (ends) => ends.slice(0, 3).every((end) => end === ALL + 1),
  );
  await eventually(
    async () => firstDeliveries(audit.received).flatMap(({ messages }) => messages).length,
    (count) => count === ALL / 10,
  );

  for (const wire of wires) {
    const frames = firstDeliveries(wire.received);
    expect(frames.map(({ from }) => from)).toEqual([1, ...frames.map(({ next }) => next)].slice(0, -1));
    const messages = frames.flatMap((frame) => frame.messages);
    const seqs = messages.map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
    expect(messages.every(({ attempt }) => attempt === 1)).toBe(true);
    // What one publisher sent comes in the order in which it sent it.
    for (const { clientId } of publishers) {
      const payloads = messages.filter(({ publisher }) => publisher === clientId).map(({ payload }) => Number(payload));
      expect(payloads).toEqual([...payloads].sort((a, b) => a - b));
    }
  }
  expect(firstDeliveries(search.received).flatMap(({ messages }) => messages)).toHaveLength(ALL);
});

test('The first frame after `subscribed` and after `sought` begins at its `next`, while others publish and it seeks on', async () => {
  const server = await aServer();
  const shop = await connectTo(server, 'shop');
  let isOver = false;
  const publishing = (async () => {
    while (!isOver) await shop.publish('orders', 'add', 'x');
  })();
  for (let n = 0; n < 30; n++) {
    const wire = await connectTo(server, `subscriber-${n}`);
    ackAll(wire);
    await wire.request({ action: 'subscribe', queue: 'orders', from: n % 2 === 0 ? 'new' : 'earliest' });
    for (const to of [{ seq: 3 }, 'new', 'earliest', { seq: 10 }]) wire.send({ action: 'seek', queue: 'orders', to });
    await wire.request({ action: 'seek', queue: 'orders', to: { seq: 2 } });
    await eventually(
      async () => wire.received.slice(wire.received.findLastIndex((frame) => isOf('sought', frame))),
      (frames) => firstDeliveries(frames).length > 0,
    );
    expect(misplaced(wire.received)).toEqual([]);
    wire.socket.terminate();
  }
  isOver = true;
  await publishing;
}, 60_000);

/** The frames that do not begin where the one before, or the last reply, said. */
function misplaced(frames: readonly Frame[]): string[] {
  let next: number | undefined;
  const wrong: string[] = [];
  for (const frame of frames) {
    if (isOf('subscribed', frame) || isOf('sought', frame)) next = frame.next;
    if (!isOf('messages', frame) || frame.from === undefined) continue;
    if (frame.from !== next) wrong.push(`${frame.from} in place of ${next}`);
    next = frame.next;
  }
  return wrong;
}
