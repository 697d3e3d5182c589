import type { Message } from '../../client';
import { eventually } from '../eventually';
import { aServer } from '../server/own';
import { aClientOf, subscriptionOf } from './clients';

interface Queues {
  orders: { created: { id: number }; cancelled: { id: number } };
}

it('publishes, and answers with the numbers that the messages got', async () => {
  const holdfast = await aClientOf<Queues>(await aServer());
  const published = await Promise.all([1, 2, 3].map((id) => holdfast.publish('orders', 'created', { id })));
  expect(published.map(({ seq, duplicate }) => [seq, duplicate])).toEqual([
    [1, false],
    [2, false],
    [3, false],
  ]);
});

it('yields messages in order, and acks one when the loop comes back for the next', async () => {
  const server = await aServer();
  const holdfast = await aClientOf<Queues>(server, { clientId: 'billing' });
  const observer = await aClientOf(server);
  const orders = holdfast.subscribe('orders');
  await orders.ready;
  for (const id of [1, 2, 3]) await holdfast.publish('orders', 'created', { id });
  const ids: number[] = [];
  for await (const { payload } of orders) {
    ids.push(payload.id);
    const inFlight = 3 - ids.length + 1;
    await eventually(
      () => subscriptionOf(observer, 'orders'),
      (item) => item.inFlight === inFlight,
    );
    if (ids.length === 3) break;
  }
  expect(ids).toEqual([1, 2, 3]);
});

it('gives back the message at which a loop was left by a throw, and delivers it again', async () => {
  const server = await aServer();
  const holdfast = await aClientOf<Queues>(server, { clientId: 'billing' });
  const options = { ackDeadline: 1 };
  const loop = async () => {
    for await (const message of holdfast.subscribe('orders', options)) {
      if (message.attempt === 1) throw new Error('not now');
      return message.attempt;
    }
  };
  const first = loop();
  await holdfast.publish('orders', 'created', { id: 1 });
  await expect(first).rejects.toThrow('not now');
  expect(await loop()).toBe(2);
});

it('acks what a handler resolves, and delivers again what it throws', async () => {
  const server = await aServer();
  const holdfast = await aClientOf<Queues>(server, { clientId: 'billing' });
  const failed: unknown[] = [];
  holdfast.on('failed', ({ error }) => failed.push(error));
  const attempts: string[] = [];
  const fault = new Error('the database is down');
  await holdfast.consume('orders', { concurrency: 2, ackDeadline: 1 }, async ({ seq, attempt }: Message) => {
    attempts.push(`${seq}:${attempt}`);
    if (seq === 2 && attempt === 1) throw fault;
  });
  await Promise.all([1, 2, 3].map((id) => holdfast.publish('orders', 'created', { id })));
  await eventually(
    () => subscriptionOf(holdfast, 'orders'),
    (item) => item.inFlight === 0 && item.next === 4,
  );
  expect(attempts).toEqual(['1:1', '2:1', '3:1', '2:2']);
  expect(failed).toEqual([fault]);
});

it('handles no more messages at a time than it is told', async () => {
  const holdfast = await aClientOf(await aServer(), { clientId: 'billing' });
  let running = 0;
  const most: number[] = [];
  const consumption = await holdfast.consume('work', { concurrency: 3 }, async () => {
    running += 1;
    most.push(running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  await Promise.all(Array.from({ length: 20 }, () => holdfast.publish('work', 'todo')));
  await eventually(
    () => most.length,
    (count) => count === 20,
  );
  await consumption.stop();
  expect(Math.max(...most)).toBe(3);
  expect(await subscriptionOf(holdfast, 'work')).toMatchObject({ inFlight: 0, next: 21 });
});

it('sends rejected messages to the dead letters, and handles them again when they are redriven', async () => {
  const holdfast = await aClientOf(await aServer(), { clientId: 'billing' });
  const handled: number[] = [];
  await holdfast.consume('orders', {}, (message) => {
    handled.push(message.seq);
    if (handled.length === 1) message.reject('malformed');
  });
  await holdfast.publish('orders', 'created', 1);
  const letters = await eventually(
    async () => (await holdfast.request({ action: 'list', what: 'deadLetters', queue: 'orders' })).items,
    ({ length }) => length === 1,
  );
  expect(letters).toMatchObject([{ seq: 1, reason: 'malformed', attempts: 1 }]);
  expect(await holdfast.request({ action: 'redrive', queue: 'orders' })).toMatchObject({ messages: 1 });
  await eventually(
    () => handled,
    ({ length }) => length === 2,
  );
});

it('delivers anew from where a seek moves the cursor', async () => {
  const holdfast = await aClientOf(await aServer(), { clientId: 'billing' });
  const seqs: number[] = [];
  await holdfast.consume('orders', {}, ({ seq }) => seqs.push(seq));
  await Promise.all([1, 2, 3].map((id) => holdfast.publish('orders', 'created', id)));
  await eventually(
    () => seqs,
    ({ length }) => length === 3,
  );
  await holdfast.flush();
  await holdfast.request({ action: 'seek', queue: 'orders', to: { seq: 2 } });
  await eventually(
    () => seqs,
    ({ length }) => length === 5,
  );
  expect(seqs).toEqual([1, 2, 3, 2, 3]);
});
