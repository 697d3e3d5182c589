import { aClient, aQueue } from './fresh';
import { WAIT_MS } from './patience';
import { connect } from './wire';

async function subscribed(fields: Record<string, unknown>) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, fields);
  return { queue, wire };
}

/** Milliseconds that something takes, from before it begins. */
async function elapsed(what: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await what();
  return performance.now() - start;
}

it('delivers again what was not settled by its deadline, not before it, and without from and next', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 1 });
  const took = await elapsed(async () => {
    await wire.publish(queue, 'add', 'x');
    await wire.receive(queue, 1);
    const [frame] = await wire.deliveries(queue, 1);
    expect(frame).toMatchObject({ messages: [{ seq: 1, payload: 'x', attempt: 2 }] });
    expect(frame).not.toHaveProperty('from');
    expect(frame).not.toHaveProperty('next');
  });
  expect(took).toBeGreaterThanOrEqual(995);
  expect(took).toBeLessThan(1_100 + WAIT_MS / 5);
});

it('doubles the time with each attempt', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 1 });
  await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  await wire.receive(queue, 1);
  const second = performance.now();
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:3']);
  // The second attempt was decided somewhat before it arrived.
  expect(performance.now() - second).toBeGreaterThan(1_500);
});

it('delivers what is new while it waits for an answer', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 1 });
  await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['1:2', '2:2']);
});

it('makes a dead letter of what missed its last deadline', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 1, maxDeliveries: 1 });
  await wire.publish(queue, 'add', 'x');
  await wire.receive(queue, 1);
  const until = Date.now() + WAIT_MS;
  let dead = await wire.list('deadLetters', { queue });
  while (dead.length === 0 && Date.now() < until) dead = await wire.list('deadLetters', { queue });
  expect(dead).toMatchObject([{ seq: 1, payload: 'x', attempts: 1 }]);
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:1']);
});

it('waits for an extended deadline', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 1 });
  await wire.publishAll(queue, ['add', 'add']);
  await wire.receive(queue, 2);
  const request = { action: 'extend', ref: 'more', queue, seqs: [1, 77], seconds: 60 };
  const reply = { type: 'extended', ref: 'more', queue, settled: 1, inFlight: 2, backlog: 0 };
  expect(await wire.answer(request)).toEqual(reply);
  // The other one, delivered with it, comes again; this one does not.
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['2:2']);
  await wire.expectNone('messages');
});

it('extends to now and so many seconds, which may be sooner', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 900 });
  await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  const took = await elapsed(async () => {
    await wire.request({ action: 'extend', queue, seqs: [1], seconds: 1 });
    expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
  });
  expect(took).toBeGreaterThanOrEqual(995);
});

it('does not count an extension as an attempt', async () => {
  const { queue, wire } = await subscribed({ ackDeadline: 900 });
  await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  for (let i = 0; i < 3; i++) await wire.request({ action: 'extend', queue, seqs: [1], seconds: 600 });
  await wire.request({ action: 'nack', queue, seqs: [1], delay: 0 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:2']);
});

it('answers extend of a queue that is not subscribed with not_found', async () => {
  const wire = await connect({ clientId: aClient() });
  const refusal = await wire.refusal({ action: 'extend', queue: aQueue(), seqs: [1], seconds: 1 });
  expect(refusal).toMatchObject({ code: 'not_found' });
});
