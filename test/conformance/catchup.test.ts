import { aClient, aQueue } from './fresh';
import { connect } from './wire';

async function withWindow(maxInFlight: number, published: number) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight });
  await wire.publishAll(queue, Array(published).fill('add'));
  await wire.receive(queue, Math.min(maxInFlight, published));
  return { queue, wire };
}

it('delivers what is in flight at once, as a further attempt', async () => {
  const { queue, wire } = await withWindow(2, 3);
  const request = { action: 'catchup', ref: '5', queue };
  expect(await wire.answer(request)).toEqual({ type: 'catchup', ref: '5', queue, redelivered: 2, backlog: 1 });
  const frames = await wire.deliveries(queue, 2);
  expect(frames.flatMap(({ messages }) => messages.map(({ seq, attempt }) => `${seq}:${attempt}`))).toEqual([
    '1:2',
    '2:2',
  ]);
  for (const frame of frames) expect(frame).not.toHaveProperty('from');
});

it('delivers what was nacked and waits', async () => {
  const { queue, wire } = await withWindow(2, 2);
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 900 });
  expect(await wire.request({ action: 'catchup', queue })).toMatchObject({ redelivered: 2, backlog: 0 });
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['1:2', '2:2']);
});

it('leaves what has had its last delivery to be acked in its time', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxDeliveries: 1 });
  await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  expect(await wire.request({ action: 'catchup', queue })).toMatchObject({ redelivered: 0, backlog: 0 });
  expect(await wire.request({ action: 'ack', queue, seqs: [1] })).toMatchObject({ settled: 1 });
});

it('takes all subscriptions where it names no queue', async () => {
  const { queue, wire } = await withWindow(2, 3);
  const other = aQueue();
  await wire.subscribe(other);
  await wire.publish(other, 'add');
  await wire.receive(other, 1);
  const reply = await wire.request({ action: 'catchup' });
  expect(reply).toMatchObject({ type: 'catchup', redelivered: 3, backlog: 1 });
  expect(reply).not.toHaveProperty('queue');
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['1:2', '2:2']);
  expect(await wire.receiveAttempts(other, 1)).toEqual(['1:2']);
});

it('has nothing to do where nothing is in flight', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  expect(await wire.request({ action: 'catchup' })).toMatchObject({ redelivered: 0, backlog: 0 });
  await wire.subscribe(queue);
  expect(await wire.request({ action: 'catchup', queue })).toMatchObject({ redelivered: 0, backlog: 0 });
});

it('answers not_found for a queue that is not subscribed', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publish(queue, 'add');
  expect(await wire.refusal({ action: 'catchup', queue })).toMatchObject({ code: 'not_found' });
});
