import { aClient, aQueue, aTime } from './fresh';
import { leave } from './presence';
import { connect } from './wire';

async function withInFlight(count: number, fields: Record<string, unknown> = {}) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, fields);
  await wire.publishAll(queue, Array(count).fill('add'));
  await wire.receive(queue, count);
  return { queue, wire };
}

it('delivers again at once with a delay of 0', async () => {
  const { queue, wire } = await withInFlight(2);
  const request = { action: 'nack', ref: 'n', queue, seqs: [2, 50], delay: 0, reason: 'db down' };
  expect(await wire.answer(request)).toEqual({ type: 'nacked', ref: 'n', queue, settled: 1, inFlight: 2, backlog: 0 });
  const [frame] = await wire.deliveries(queue, 1);
  expect(frame).toMatchObject({ messages: [{ seq: 2, payload: 2, attempt: 2 }] });
  expect(frame).not.toHaveProperty('from');
  expect(frame).not.toHaveProperty('next');
});

it('delivers again after its delay', async () => {
  const { queue, wire } = await withInFlight(1);
  const start = performance.now();
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 1 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
  expect(performance.now() - start).toBeGreaterThanOrEqual(995);
});

it('delivers again within the back-off where it names no delay', async () => {
  const { queue, wire } = await withInFlight(1, { ackDeadline: 1 });
  await wire.request({ action: 'nack', queue, seqs: [1] });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
});

it('counts each delivery as an attempt', async () => {
  const { queue, wire } = await withInFlight(1);
  for (const attempt of [2, 3, 4]) {
    await wire.request({ action: 'nack', queue, seqs: [1], delay: 0 });
    expect(await wire.receiveAttempts(queue, 1)).toEqual([`1:${attempt}`]);
  }
});

it('makes a dead letter at once of what was delivered as often as it may be', async () => {
  const { queue, wire } = await withInFlight(1, { maxDeliveries: 2 });
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 0 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
  const nacked = await wire.request({ action: 'nack', queue, seqs: [1], delay: 0, reason: 'db down' });
  expect(nacked).toMatchObject({ settled: 1, inFlight: 0 });
  const dead = await wire.list('deadLetters', { queue });
  expect(dead).toMatchObject([{ seq: 1, attempts: 2, reason: expect.stringContaining('db down'), diedAt: aTime }]);
});

it('delivers without end where maxDeliveries is 0', async () => {
  const { queue, wire } = await withInFlight(1, { maxDeliveries: 0 });
  for (const attempt of [2, 3, 4, 5, 6, 7]) {
    await wire.request({ action: 'nack', queue, seqs: [1], delay: 0 });
    expect(await wire.receiveAttempts(queue, 1)).toEqual([`1:${attempt}`]);
  }
});

it('lets a message that waits be acked', async () => {
  const { queue, wire } = await withInFlight(1);
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 900 });
  expect(await wire.ack(queue, 1)).toMatchObject({ settled: 1, inFlight: 0 });
});

it('keeps the time of a message that waits over a reconnect', async () => {
  const { queue, wire } = await withInFlight(2);
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 900 });
  await leave(wire, queue);
  const again = await connect({ clientId: wire.clientId });
  expect(await again.receiveAttempts(queue, 1)).toEqual(['2:2']);
  await again.expectNone('messages');
  const { subscribers } = await again.request({ action: 'status', queue, seq: 1 });
  expect(subscribers).toMatchObject([{ state: 'inFlight', attempt: 1 }]);
});

it('delivers again to every connection of the client', async () => {
  const { queue, wire } = await withInFlight(1);
  const other = await connect({ clientId: wire.clientId });
  await other.receive(queue, 1);
  await other.request({ action: 'nack', queue, seqs: [1], delay: 0 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
  expect(await other.receiveAttempts(queue, 1)).toEqual(['1:2']);
});
