import { itNeeds } from './capabilities';
import { aClient, aQueue } from './fresh';
import { connect } from './wire';

const BAD = [
  'not JSON',
  '[]',
  '{"action":"dance"}',
  '{"action":"publish"}',
  '{"action":"subscribe","queue":""}',
  '{"action":"ack","queue":"nobody subscribed","seqs":[1]}',
  '{"action":"list","what":"everything"}',
];

it('answers what is asked between errors, and delivers', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const publisher = await connect();
  const replies = [];
  for (const bad of BAD) {
    wire.send(bad);
    replies.push(wire.request({ action: 'ping' }), publisher.publish(queue, 'add'));
  }
  await Promise.all(replies);
  expect(await wire.receive(queue, BAD.length)).toHaveLength(BAD.length);
  for (const _ of BAD) await wire.next('error');
  expect(wire.received.filter(({ type }) => type === 'error')).toHaveLength(BAD.length);
  expect(await wire.request({ action: 'ack', queue, upTo: BAD.length })).toMatchObject({ settled: BAD.length });
});

it('leaves the subscription as it was when a change of it is refused', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { events: ['add'], ackDeadline: 60 });
  await wire.refusal({ action: 'subscribe', queue, events: ['delete'], ackDeadline: 0 });
  await wire.refusal({ action: 'unsubscribe', queue, events: ['add', ''] });
  await wire.refusal({ action: 'seek', queue, to: 'tomorrow' });
  expect(await wire.list('subscriptions', { queue })).toMatchObject([
    { events: ['add'], settings: { ackDeadline: 60 }, next: 1 },
  ]);
});

it('settles nothing when a settlement is refused', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.publishAll(queue, ['add', 'add']);
  await wire.receive(queue, 2);
  await wire.refusal({ action: 'ack', queue, seqs: [1, 'two'] });
  await wire.refusal({ action: 'nack', queue, seqs: [1], delay: 901 });
  expect(await wire.ack(queue, 1, 2)).toMatchObject({ settled: 2 });
});

itNeeds('deepJson')('survives a payload nested deeper than most can read, delivered or refused', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const deep = `${'['.repeat(14_000)}${']'.repeat(14_000)}`;
  wire.send(`{"action":"publish","ref":"deep","queue":${JSON.stringify(queue)},"event":"add","payload":${deep}}`);
  const reply = await wire.reply('deep');
  if (reply.type === 'error') expect(['invalid', 'too_large']).toContain(reply.code);
  await wire.publish(queue, 'end');
  const messages = await wire.receive(queue, reply.type === 'error' ? 1 : 2);
  expect(messages.at(-1)).toMatchObject({ event: 'end' });
});

it('ignores fields that it does not know', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue, { colour: 'blue', __proto__: null });
  await wire.request({ action: 'publish', queue, event: 'add', priority: 9 });
  expect(await wire.receive(queue, 1)).toMatchObject([{ event: 'add' }]);
});
