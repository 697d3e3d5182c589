import { aClient, aQueue, aText } from './fresh';
import { connect } from './wire';

it('answers with the number and the id of the message', async () => {
  const queue = aQueue();
  const wire = await connect();
  const request = { action: 'publish', ref: '1', queue, event: 'add', payload: { id: 7 }, id: 'order-7-created' };
  expect(await wire.answer(request)).toEqual({
    type: 'published',
    ref: '1',
    queue,
    seq: 1,
    id: 'order-7-created',
    duplicate: false,
  });
});

it('answers a publish without ref, without one', async () => {
  const queue = aQueue();
  const wire = await connect();
  wire.send({ action: 'publish', queue, event: 'add' });
  expect(await wire.next('published')).toEqual({ type: 'published', queue, seq: 1, id: aText, duplicate: false });
});

it('chooses an id where the publisher gives none', async () => {
  const queue = aQueue();
  const wire = await connect();
  const [one, other] = [await wire.publish(queue, 'add'), await wire.publish(queue, 'add')];
  expect(one.id).not.toBe(other.id);
  await wire.subscribe(queue, { from: 'earliest' });
  expect((await wire.receive(queue, 2)).map(({ id }) => id)).toEqual([one.id, other.id]);
});

it('numbers the messages of a queue 1, 2, 3, whoever publishes', async () => {
  const queue = aQueue();
  const publishers = await Promise.all([connect(), connect()]);
  const replies = await Promise.all(
    Array.from({ length: 20 }, (_, index) => publishers[index % 2]?.publish(queue, 'add', index)),
  );
  const seqs = replies.map((reply) => reply?.seq ?? 0).sort((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

it('numbers each queue on its own', async () => {
  const wire = await connect();
  const [one, other] = [aQueue(), aQueue()];
  await wire.publish(one, 'add');
  expect(await wire.publish(one, 'add')).toMatchObject({ queue: one, seq: 2 });
  expect(await wire.publish(other, 'add')).toMatchObject({ queue: other, seq: 1 });
});

it('publishes several at once, in order', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const messages = [
    { event: 'add', payload: 'a', id: 'first' },
    { event: 'delete', headers: { why: 'spring' } },
    { event: 'add', payload: [3] },
  ];
  const reply = await wire.answer({ action: 'publish', ref: 'several', queue, messages });
  expect(reply).toEqual({
    type: 'published',
    ref: 'several',
    queue,
    messages: [
      { seq: 1, id: 'first', duplicate: false },
      { seq: 2, id: aText, duplicate: false },
      { seq: 3, id: aText, duplicate: false },
    ],
  });
  expect(await wire.receive(queue, 3)).toMatchObject([
    { seq: 1, id: 'first', event: 'add', payload: 'a', headers: {} },
    { seq: 2, event: 'delete', payload: null, headers: { why: 'spring' } },
    { seq: 3, event: 'add', payload: [3], headers: {} },
  ]);
});

it('publishes 100 at once', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  const { messages } = await wire.publishAll(queue, Array(100).fill('add'));
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
});

it('answers one message in messages as several', async () => {
  const queue = aQueue();
  const wire = await connect();
  const reply = await wire.answer({ action: 'publish', queue, messages: [{ event: 'add' }] });
  expect(reply).toMatchObject({ type: 'published', queue, messages: [{ seq: 1, id: aText, duplicate: false }] });
  expect(reply).not.toHaveProperty('seq');
});
