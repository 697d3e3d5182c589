import { expectJoined } from './continuity';
import { aClient, aQueue } from './fresh';
import { leave, subscriptionOf } from './presence';
import { connect } from './wire';

it('takes events off the subscription and answers with those that are left', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { next } = await wire.subscribe(queue, { events: ['add', 'delete'] });
  const request = { action: 'unsubscribe', ref: '3', queue, events: ['add'] };
  expect(await wire.answer(request)).toEqual({ type: 'unsubscribed', ref: '3', queue, events: ['delete'] });
  await wire.publishAll(queue, ['add', 'delete']);
  const frames = await wire.deliveries(queue, 1);
  expect(frames.flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual([2]);
  expect(expectJoined(frames, next)).toBe(3);
});

it('still owes what every event was asked for when one of them is kept', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { maxInFlight: 1 });
  await wire.publishAll(queue, ['add', 'delete', 'add']);
  await wire.receive(queue, 1);
  await wire.subscribe(queue, { events: ['add'] });
  await wire.request({ action: 'unsubscribe', queue, events: ['*'] });
  expect(await wire.request({ action: 'ack', queue, upTo: 1 })).toMatchObject({ settled: 1 });
  expect((await wire.receive(queue, 1)).map(({ seq, event }) => `${seq} ${event}`)).toEqual(['3 add']);
});

it('ends the subscription where no event is named', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: ['add', 'delete'] });
  wire.send({ action: 'unsubscribe', queue });
  expect(await wire.next('unsubscribed')).toEqual({ type: 'unsubscribed', queue, events: [] });
  expect(await subscriptionOf(wire, queue, wire.clientId)).toBeUndefined();
});

it('ends the subscription with its last event, and what it was owed is gone', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue, { events: ['add'], maxInFlight: 1 });
  await first.publishAll(queue, ['add', 'add']);
  await first.receive(queue, 1);
  const unsubscribed = await first.request({ action: 'unsubscribe', queue, events: ['add'] });
  expect(unsubscribed.events).toEqual([]);
  expect(await first.refusal({ action: 'ack', queue, seqs: [1] })).toMatchObject({ code: 'not_found' });
  await first.publish(queue, 'add');
  expect(await first.subscribe(queue, { events: ['add'] })).toMatchObject({ created: true, next: 4, backlog: 0 });
  await first.publish(queue, 'add');
  expect(await first.receiveAttempts(queue, 1)).toEqual(['4:1']);
});

it('is not owed anything when it comes back', async () => {
  const queue = aQueue();
  const other = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  await first.subscribe(other);
  await first.publish(queue, 'add');
  await first.receive(queue, 1);
  await first.request({ action: 'unsubscribe', queue });
  await leave(first, other);
  const second = await connect({ clientId });
  expect(second.welcome.subscriptions).toMatchObject([{ queue: other }]);
  await second.publish(other, 'add');
  await second.receive(other, 1);
  expect(second.received.filter((frame) => frame.type === 'messages' && frame.queue === queue)).toEqual([]);
});

it('changes nothing for an event that was not subscribed', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: ['add', 'delete'] });
  const unsubscribed = await wire.request({ action: 'unsubscribe', queue, events: ['rename'] });
  expect(unsubscribed.events).toEqual(['add', 'delete']);
});

it('is harmless where there is no subscription', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const request = { action: 'unsubscribe', queue } as const;
  expect(await wire.request(request)).toMatchObject({ type: 'unsubscribed', queue, events: [] });
  await wire.subscribe(queue);
  await wire.request(request);
  expect(await wire.request(request)).toMatchObject({ type: 'unsubscribed', queue, events: [] });
});

it("leaves other clients' subscriptions alone", async () => {
  const queue = aQueue();
  const [leaving, staying] = await Promise.all([connect({ clientId: aClient() }), connect({ clientId: aClient() })]);
  await Promise.all([leaving.subscribe(queue), staying.subscribe(queue)]);
  await leaving.request({ action: 'unsubscribe', queue });
  await leaving.publish(queue, 'add');
  expect(await staying.receiveAttempts(queue, 1)).toEqual(['1:1']);
});
