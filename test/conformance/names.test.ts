import { aClient, aQueue } from './fresh';
import { connect } from './wire';

const ODD = [
  ['spaces', 'Database  Events '],
  ['slashes and dots', '../a/b?c=d&e'],
  ['separators of keys', '0#a|b:c%23'],
  ['quotes', `"a" 'b' \\ \`c\``],
  ['letters of other scripts', 'Größe 漢字 عربى'],
  ['emoji', '👩‍👩‍👧 🎉'],
  ['a wildcard', '*'],
  ['a name of every object', '__proto__'],
  ['another', 'constructor'],
  ['and another', 'toString'],
] as const;

describe('takes a queue and an event called with', () => {
  it.each(ODD)('%s', async (_what, name) => {
    const queue = aQueue(name);
    const event = name === '*' ? 'a*' : name;
    const wire = await connect({ clientId: aClient() });
    expect(await wire.subscribe(queue, { events: [event] })).toMatchObject({ queue, events: [event] });
    await wire.publish(queue, 'other', 1);
    await wire.publish(queue, event, 2);
    const [message] = await wire.receive(queue, 1);
    expect(message).toMatchObject({ seq: 2, event, payload: 2 });
    expect(await wire.ack(queue, 2)).toMatchObject({ queue, settled: 1 });
    expect(await wire.list('subscriptions', { queue })).toMatchObject([{ events: [event], inFlight: 0 }]);
    expect(await wire.request({ action: 'status', queue, seq: 2 })).toMatchObject({ queue, event });
  });
});

it('takes names of 128 characters', async () => {
  const queue = aQueue('q').padEnd(128, 'q');
  const event = 'e'.repeat(128);
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: [event] });
  await wire.publish(queue, event);
  expect(await wire.receive(queue, 1)).toMatchObject([{ event }]);
});

it('tells apart queues whose names differ in case or in spaces only', async () => {
  const queue = aQueue('Events');
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  for (const near of [queue.toLowerCase(), `${queue} `, ` ${queue}`])
    expect(await wire.publish(near, 'add')).toMatchObject({ queue: near, seq: 1 });
  await wire.publish(queue, 'mine');
  expect(await wire.receive(queue, 1)).toMatchObject([{ seq: 1, event: 'mine' }]);
  expect(wire.received.filter(({ type }) => type === 'messages')).toHaveLength(1);
});
