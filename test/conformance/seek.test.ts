import { expectJoined } from './continuity';
import { aClient, aQueue } from './fresh';
import { publishMomentsApart } from './moments';
import { connect } from './wire';

const EVENTS = ['add', 'delete', 'add', 'delete', 'add'];

/** A subscriber who got so many of five messages, and acked the first. */
async function begun(received: number, fields: Record<string, unknown> = {}) {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, fields);
  await wire.publishAll(queue, EVENTS);
  await wire.receive(queue, received);
  await wire.ack(queue, 1);
  const seek = (to: unknown) => wire.request({ action: 'seek', queue, to });
  return { queue, wire, seek };
}

it('moves back to the earliest and delivers everything again from there', async () => {
  const { queue, wire } = await begun(5);
  const request = { action: 'seek', ref: '6', queue, to: 'earliest' };
  expect(await wire.answer(request)).toEqual({ type: 'sought', ref: '6', queue, next: 1, backlog: 5 });
  const frames = await wire.deliveries(queue, 5);
  expect(expectJoined(frames, 1)).toBe(6);
  expect(frames.flatMap(({ messages }) => messages.map(({ attempt }) => attempt))).toEqual([1, 1, 1, 1, 1]);
});

it('moves to a number', async () => {
  const { queue, wire, seek } = await begun(5);
  expect(await seek({ seq: 4 })).toMatchObject({ next: 4, backlog: 2 });
  const frames = await wire.deliveries(queue, 2);
  expect(expectJoined(frames, 4)).toBe(6);
});

it('moves to a time', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { later, count } = await publishMomentsApart(wire, queue);
  await wire.subscribe(queue);
  const sought = await wire.request({ action: 'seek', queue, to: { time: later.publishedAt } });
  expect(sought).toMatchObject({ next: later.seq, backlog: count - later.seq + 1 });
  expect((await wire.receive(queue, 1))[0]?.seq).toBe(later.seq);
});

it('moves forth to what is new, and forgets what is in flight', async () => {
  const { queue, wire, seek } = await begun(2, { maxInFlight: 2 });
  await wire.receive(queue, 1);
  expect(await seek('new')).toMatchObject({ next: 6, backlog: 0 });
  expect(await wire.ack(queue, 2, 3)).toMatchObject({ settled: 0, inFlight: 0, backlog: 0 });
  await wire.publish(queue, 'add');
  const frames = await wire.deliveries(queue, 1);
  expect(frames).toMatchObject([{ from: 6, next: 7, messages: [{ seq: 6, attempt: 1 }] }]);
});

it('goes back and forth', async () => {
  const { queue, wire, seek } = await begun(5);
  expect(await seek({ seq: 3 })).toMatchObject({ next: 3, backlog: 3 });
  expect(await wire.receiveAttempts(queue, 3)).toEqual(['3:1', '4:1', '5:1']);
  expect(await seek('new')).toMatchObject({ next: 6 });
  expect(await seek({ seq: 5 })).toMatchObject({ next: 5, backlog: 1 });
  expect(await wire.receiveAttempts(queue, 1)).toEqual(['5:1']);
});

it('delivers again only the events that are subscribed', async () => {
  const { queue, wire, seek } = await begun(3, { events: ['add'] });
  await seek('earliest');
  const frames = await wire.deliveries(queue, 3);
  expect(frames.flatMap(({ messages }) => messages.map(({ seq }) => seq))).toEqual([1, 3, 5]);
  expectJoined(frames, 1);
});

it('delivers what came before an event was added, once moved back before it', async () => {
  const { queue, wire, seek } = await begun(3, { events: ['add'] });
  await wire.subscribe(queue, { events: ['delete'] });
  await seek('earliest');
  expect((await wire.receive(queue, 5)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
});

it('does not go beyond what is new', async () => {
  const { seek } = await begun(1, { maxInFlight: 1 });
  expect(await seek({ seq: 1_000_000 })).toMatchObject({ next: 6, backlog: 0 });
  expect(await seek({ time: '2999-01-01T00:00:00Z' })).toMatchObject({ next: 6, backlog: 0 });
});

it('answers not_found for a queue that is not subscribed', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.publish(queue, 'add');
  expect(await wire.refusal({ action: 'seek', queue, to: 'new' })).toMatchObject({ code: 'not_found' });
});
