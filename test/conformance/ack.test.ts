import { aClient, aQueue } from './fresh';
import { eventually } from './patience';
import { leave, subscriptionOf } from './presence';
import { connect } from './wire';

async function withInFlight(count: number, fields: Record<string, unknown> = {}) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, fields);
  await wire.publishAll(queue, Array(count).fill('add'));
  await wire.receive(queue, count);
  return { queue, wire };
}

it('settles the messages it names', async () => {
  const { queue, wire } = await withInFlight(3);
  const request = { action: 'ack', ref: '4', queue, seqs: [1, 3] };
  expect(await wire.answer(request)).toEqual({ type: 'acked', ref: '4', queue, settled: 2, inFlight: 1, backlog: 0 });
});

it('settles all in flight up to and including a number', async () => {
  const { queue, wire } = await withInFlight(4);
  const upTo = (seq: number) => wire.request({ action: 'ack', queue, upTo: seq });
  expect(await upTo(3)).toMatchObject({ type: 'acked', settled: 3, inFlight: 1, backlog: 0 });
  expect(await upTo(1000)).toMatchObject({ settled: 1, inFlight: 0 });
});

it('skips what is not in flight, so that it may be repeated', async () => {
  const { queue, wire } = await withInFlight(2);
  expect(await wire.ack(queue, 1, 1, 2, 99)).toMatchObject({ settled: 2, inFlight: 0 });
  expect(await wire.ack(queue, 1, 2)).toMatchObject({ settled: 0, inFlight: 0 });
});

it('takes numbers that nobody ever saw for what they are, and settles nothing by them', async () => {
  const { queue, wire } = await withInFlight(1);
  const unseen = [2, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
  for (const action of ['ack', 'nack', 'reject', 'extend'] as const) {
    const more = action === 'extend' ? { seconds: 60 } : {};
    expect(await wire.request({ action, queue, seqs: unseen, ...more })).toMatchObject({ settled: 0, inFlight: 1 });
  }
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
  expect(await wire.request({ action: 'ack', queue, upTo: Number.MAX_SAFE_INTEGER })).toMatchObject({ settled: 2 });
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['3:1']);
});

it('settles nothing that was not delivered yet', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight: 1 });
  await wire.publishAll(queue, ['add', 'add']);
  await wire.receive(queue, 1);
  expect(await wire.ack(queue, 2)).toMatchObject({ settled: 0, inFlight: 1, backlog: 1 });
  await wire.ack(queue, 1);
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
});

it('says nothing without a ref, and settles all the same', async () => {
  const { queue, wire } = await withInFlight(4);
  wire.send({ action: 'ack', queue, seqs: [1] });
  wire.send({ action: 'nack', queue, seqs: [2], delay: 900 });
  wire.send({ action: 'reject', queue, seqs: [3] });
  wire.send({ action: 'extend', queue, seqs: [4], seconds: 60 });
  await eventually(
    () => subscriptionOf(wire, queue, wire.clientId),
    (item) => item?.inFlight === 2 && item.dead === 1,
  );
  await wire.request({ action: 'extend', queue, seqs: [4], seconds: 60 });
  const replies = wire.received.filter(({ type }) => ['acked', 'nacked', 'rejected', 'extended'].includes(type));
  expect(replies).toHaveLength(1);
});

it('is final: what was acked does not come again', async () => {
  const { queue, wire } = await withInFlight(3, { ackDeadline: 1 });
  await wire.ack(queue, 1, 3);
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:2']);
  await leave(wire, queue);
  const again = await connect({ clientId: wire.clientId });
  expect(await again.receiveAttempts(queue, 1)).toEqual(['2:3']);
});

it('refills the window', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight: 2 });
  await wire.publishAll(queue, ['add', 'add', 'add', 'add', 'add']);
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['1:1', '2:1']);
  expect(await wire.ack(queue, 1)).toMatchObject({ settled: 1, inFlight: 1, backlog: 3 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['3:1']);
  expect(await wire.request({ action: 'ack', queue, upTo: 3 })).toMatchObject({ settled: 2, inFlight: 0, backlog: 2 });
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['4:1', '5:1']);
});

it.each(['ack', 'nack', 'reject'])('answers %s of a queue that is not subscribed with not_found', async (action) => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publish(queue, 'add');
  const error = { type: 'error', code: 'not_found', retryable: false };
  expect(await wire.refusal({ action, queue, seqs: [1] })).toMatchObject(error);
});

it('answers not_found without a ref too', async () => {
  const wire = await connect({ clientId: aClient() });
  wire.send({ action: 'ack', queue: aQueue(), seqs: [1] });
  const error = await wire.next('error');
  expect(error).toMatchObject({ code: 'not_found' });
  expect(error).not.toHaveProperty('ref');
});
