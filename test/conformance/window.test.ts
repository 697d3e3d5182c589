import { aClient, aQueue } from './fresh';
import { subscriptionOf } from './presence';
import { connect } from './wire';

async function withWindow(maxInFlight: number, published: number, settings = {}) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight, ...settings });
  await wire.publishAll(queue, Array(published).fill('add'));
  const state = () => subscriptionOf(wire, queue, wire.clientId);
  return { queue, wire, state };
}

it('never holds more in flight than the subscription allows', async () => {
  const { queue, wire, state } = await withWindow(3, 20);
  let settled = 0;
  let received = await wire.receive(queue, 3);
  while (settled < 20) {
    expect(received.length).toBeLessThanOrEqual(3);
    expect((await state())?.inFlight).toBe(received.length);
    await wire.ack(queue, ...received.map(({ seq }) => seq));
    settled += received.length;
    received = settled < 20 ? await wire.receive(queue, Math.min(3, 20 - settled)) : [];
  }
  expect(await state()).toMatchObject({ next: 21, inFlight: 0, backlog: 0 });
});

it('delivers 100 at first, by default', async () => {
  const { queue, wire, state } = await withWindow(100, 100);
  await wire.publishAll(queue, Array(30).fill('add'));
  expect(await wire.receive(queue, 100)).toHaveLength(100);
  expect(await state()).toMatchObject({ inFlight: 100, backlog: 30 });
});

it('holds a thousand in flight, of which any may be settled', async () => {
  const { queue, wire, state } = await withWindow(1_000, 100, { ackDeadline: 900 });
  for (let batch = 0; batch < 10; batch++) await wire.publishAll(queue, Array(100).fill('add'));
  const received = await wire.receive(queue, 1_000);
  expect(received.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  expect(await state()).toMatchObject({ inFlight: 1_000, backlog: 100 });
  const odd = received.map(({ seq }) => seq).filter((seq) => seq % 2 === 1);
  expect(await wire.ack(queue, ...odd)).toMatchObject({ settled: 500 });
  expect(await wire.receive(queue, 100)).toHaveLength(100);
  expect(await state()).toMatchObject({ inFlight: 600, backlog: 0 });
  expect(await wire.request({ action: 'ack', queue, upTo: 1_100 })).toMatchObject({ settled: 600, inFlight: 0 });
});

it('delivers more at once when the window is widened', async () => {
  const { queue, wire } = await withWindow(1, 3);
  await wire.receive(queue, 1);
  await wire.subscribe(queue, { maxInFlight: 3 });
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['2:1', '3:1']);
});

it('gives no place to a nacked message that waits, so that it does not stall what is new', async () => {
  const { queue, wire, state } = await withWindow(1, 2);
  await wire.receive(queue, 1);
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 900 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
  expect(await state()).toMatchObject({ inFlight: 2, backlog: 0 });
});

it('counts the nacked messages beyond as many as the window holds', async () => {
  const { queue, wire, state } = await withWindow(1, 3);
  await wire.receive(queue, 1);
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 900 });
  await wire.receive(queue, 1);
  await wire.request({ action: 'nack', queue, seqs: [2], delay: 900 });
  await wire.expectNone('messages');
  expect(await state()).toMatchObject({ inFlight: 2, backlog: 1 });
  await wire.ack(queue, 1);
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['3:1']);
});

it('has a window for each queue', async () => {
  const { queue, wire } = await withWindow(1, 2);
  const other = aQueue();
  await wire.subscribe(other, { maxInFlight: 1 });
  await wire.publish(other, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:1']);
  expect(await wire.receiveAttempts(other, 1)).toEqual(['1:1']);
});
