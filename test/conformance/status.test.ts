import { aClient, aQueue, aTime } from './fresh';
import { connect } from './wire';

it('tells the state of a message for each subscriber that wants it', async () => {
  const queue = aQueue();
  const names = ['acking', 'holding', 'behind', 'rejecting', 'other'] as const;
  const [acking, holding, behind, rejecting, other] = await Promise.all([
    connect({ clientId: aClient(names[0]) }),
    connect({ clientId: aClient(names[1]) }),
    connect({ clientId: aClient(names[2]) }),
    connect({ clientId: aClient(names[3]) }),
    connect({ clientId: aClient(names[4]) }),
  ]);
  await Promise.all([acking, holding, rejecting].map((wire) => wire.subscribe(queue, { events: ['add'] })));
  await behind.subscribe(queue, { maxInFlight: 1 });
  await other.subscribe(queue, { events: ['delete'] });
  await acking.publishAll(queue, ['rename', 'add']);
  await Promise.all([acking, holding, rejecting, behind].map((wire) => wire.receive(queue, 1)));
  await acking.ack(queue, 2);
  await rejecting.request({ action: 'reject', queue, seqs: [2] });
  const { subscribers, ...rest } = await other.request({ action: 'status', ref: '8', queue, seq: 2 });
  expect(rest).toEqual({ type: 'status', ref: '8', queue, seq: 2, event: 'add', publishedAt: aTime });
  const byClient = new Map(subscribers.map(({ clientId, ...state }) => [clientId, state]));
  expect(byClient.get(acking.clientId)).toEqual({ state: 'settled' });
  expect(byClient.get(holding.clientId)).toEqual({ state: 'inFlight', attempt: 1, dueAt: aTime });
  expect(byClient.get(behind.clientId)).toEqual({ state: 'backlog' });
  expect(byClient.get(rejecting.clientId)).toMatchObject({ state: 'dead' });
  expect(byClient.has(other.clientId)).toBe(false);
  expect(subscribers).toHaveLength(4);
});

it('tells the attempt and the deadline of what is in flight', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { ackDeadline: 60 });
  const { seq } = await wire.publish(queue, 'add');
  await wire.receive(queue, 1);
  await wire.request({ action: 'nack', queue, seqs: [seq], delay: 0 });
  await wire.receive(queue, 1);
  const { subscribers } = await wire.request({ action: 'status', queue, seq });
  expect(subscribers).toEqual([{ clientId: wire.clientId, state: 'inFlight', attempt: 2, dueAt: aTime }]);
  const remaining = Date.parse(subscribers[0]?.dueAt ?? '') - Date.now();
  // The second attempt has twice the ack deadline, and up to 10 % more.
  expect(remaining).toBeGreaterThan(60_000);
  expect(remaining).toBeLessThan(133_000);
});

it('tells of what is dead, or redriven, also where the subscription does not ask for it any more', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const subscribers = async (seq: number) => (await wire.request({ action: 'status', queue, seq })).subscribers;
  await wire.subscribe(queue);
  await wire.publishAll(queue, ['add', 'add', 'add']);
  await wire.receive(queue, 3);
  await wire.request({ action: 'reject', queue, seqs: [2] });
  await wire.request({ action: 'unsubscribe', queue });
  await wire.subscribe(queue);
  expect(await subscribers(2)).toEqual([{ clientId: wire.clientId, state: 'dead' }]);
  await wire.request({ action: 'redrive', queue });
  await wire.receive(queue, 1);
  expect(await subscribers(2)).toEqual([{ clientId: wire.clientId, state: 'inFlight', attempt: 1, dueAt: aTime }]);
  await wire.ack(queue, 2);
  expect([await subscribers(1), await subscribers(2)]).toEqual([[], []]);
});

it('tells that a subscriber who is away is owed the message', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.close();
  const publisher = await connect();
  await publisher.publish(queue, 'add');
  const { subscribers } = await publisher.request({ action: 'status', queue, seq: 1 });
  expect(subscribers).toMatchObject([{ clientId: wire.clientId }]);
  expect(subscribers[0]?.state).toMatch(/^(backlog|inFlight)$/);
});

it('has no subscribers to tell of where there are none', async () => {
  const queue = aQueue();
  const wire = await connect();
  await wire.publish(queue, 'add');
  expect(await wire.request({ action: 'status', queue, seq: 1 })).toMatchObject({ event: 'add', subscribers: [] });
});

it('answers not_found for a message or a queue that does not exist', async () => {
  const queue = aQueue();
  const wire = await connect();
  await wire.publish(queue, 'add');
  expect(await wire.refusal({ action: 'status', queue, seq: 2 })).toMatchObject({ code: 'not_found' });
  expect(await wire.refusal({ action: 'status', queue: aQueue(), seq: 1 })).toMatchObject({ code: 'not_found' });
});
