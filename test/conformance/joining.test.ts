import { aClient, aQueue } from './fresh';
import { leave } from './presence';
import { connect } from './wire';

it('shows a connection that joins what is in flight, with the attempt it has', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  await first.publishAll(queue, ['add', 'add']);
  await first.receive(queue, 2);
  await first.request({ action: 'nack', queue, seqs: [2], delay: 0 });
  expect(await first.receiveAttempts(queue, 1)).toEqual(['2:2']);
  const second = await connect({ clientId });
  expect(await second.receiveAttempts(queue, 2)).toEqual(['1:1', '2:2']);
  // What was only shown was not delivered once more.
  const { items } = await second.request({ action: 'list', what: 'subscriptions', queue });
  expect(items).toMatchObject([{ inFlight: 2, backlog: 0 }]);
  expect(first.received.filter(({ type }) => type === 'messages')).toHaveLength(2);
});

it('lets the connection that joined settle what it was shown', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  await first.publish(queue, 'add');
  await first.receive(queue, 1);
  const second = await connect({ clientId });
  await second.receive(queue, 1);
  expect(await second.ack(queue, 1)).toMatchObject({ settled: 1, inFlight: 0 });
  expect(await first.next('settled')).toMatchObject({ seqs: [1] });
});

it('delivers what was in flight anew, as a further attempt, to the first connection after an absence', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  await first.publishAll(queue, ['add', 'add', 'add']);
  await first.receive(queue, 3);
  await first.ack(queue, 2);
  await leave(first, queue);
  const second = await connect({ clientId });
  const frames = await second.deliveries(queue, 2);
  expect(frames.flatMap(({ messages }) => messages.map(({ seq, attempt }) => `${seq}:${attempt}`))).toEqual([
    '1:2',
    '3:2',
  ]);
  for (const frame of frames) {
    expect(frame).not.toHaveProperty('from');
    expect(frame).not.toHaveProperty('next');
  }
});

it('uses up no attempts of what waits while its client is away', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue, { maxDeliveries: 1 });
  await leave(first, queue);
  const publisher = await connect();
  await publisher.publish(queue, 'add');
  expect(await (await connect({ clientId })).receiveAttempts(queue, 1)).toEqual(['1:1']);
});
