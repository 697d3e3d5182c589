import { expectJoined } from './continuity';
import { aClient, aQueue } from './fresh';
import { publishMomentsApart } from './moments';
import { connect } from './wire';

const PAST = ['add', 'delete', 'add'];

it('begins with what is new unless it says otherwise', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  expect(await wire.subscribe(queue)).toMatchObject({ created: true, next: 4, backlog: 0 });
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['4:1']);
});

it('begins with the earliest that is retained', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  expect(await wire.subscribe(queue, { from: 'earliest' })).toMatchObject({ created: true, next: 1, backlog: 3 });
  const frames = await wire.deliveries(queue, 3);
  expect(expectJoined(frames, 1)).toBe(4);
});

it('delivers of the past only the events it names', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  await wire.subscribe(queue, { from: 'earliest', events: ['add'] });
  const frames = await wire.deliveries(queue, 2);
  expect(frames.flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual([1, 3]);
  expectJoined(frames, 1);
});

it('begins at a number', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  expect(await wire.subscribe(queue, { from: { seq: 2 } })).toMatchObject({ created: true, next: 2, backlog: 2 });
  expect(await wire.receiveAttempts(queue, 2)).toEqual(['2:1', '3:1']);
});

it('begins at a time', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { later, count } = await publishMomentsApart(wire, queue);
  const subscribed = await wire.subscribe(queue, { from: { time: later.publishedAt } });
  expect(subscribed).toMatchObject({ created: true, next: later.seq, backlog: count - later.seq + 1 });
  expect((await wire.receive(queue, 1))[0]?.seq).toBe(later.seq);
});

it('begins with what is new at a time to come', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  const time = new Date(Date.now() + 86_400_000).toISOString();
  expect(await wire.subscribe(queue, { from: { time } })).toMatchObject({ next: 4, backlog: 0 });
});

it('begins with the earliest at a time before all', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publishAll(queue, PAST);
  const subscribed = await wire.subscribe(queue, { from: { time: '2001-01-01T00:00:00Z' } });
  expect(subscribed).toMatchObject({ next: 1, backlog: 3 });
});

it('begins at the first message of a queue nobody published to', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  expect(await wire.subscribe(queue, { from: 'earliest' })).toMatchObject({ next: 1, backlog: 0 });
  await wire.publish(queue, 'add');
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['1:1']);
});

it('takes one place to begin at, not two', async () => {
  const wire = await connect({ clientId: aClient() });
  const both = { seq: 1, time: '2026-11-01T00:00:00Z' };
  const refused = await wire.answer({ action: 'subscribe', queue: aQueue(), from: both });
  expect(refused).toMatchObject({ type: 'error', code: 'invalid', field: 'from' });
});
