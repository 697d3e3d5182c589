import { aClient, aQueue } from './fresh';
import { connect } from './wire';

it('answers a publish that is repeated with the first number, and stores nothing', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const request = { action: 'publish', queue, event: 'add', payload: 1, id: 'order-7' } as const;
  expect(await wire.request(request)).toMatchObject({ seq: 1, id: 'order-7', duplicate: false });
  expect(await wire.publish(queue, 'add', 2)).toMatchObject({ seq: 2 });
  expect(await wire.request(request)).toMatchObject({ seq: 1, id: 'order-7', duplicate: true });
  expect(await wire.publish(queue, 'add', 3)).toMatchObject({ seq: 3 });
  expect((await wire.receive(queue, 3)).map(({ payload }) => payload)).toEqual([1, 2, 3]);
});

it('keeps the first message, whatever the second says', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  await wire.request({ action: 'publish', queue, event: 'add', payload: 'first', id: 'x' });
  const other = await connect();
  const repeated = await other.request({ action: 'publish', queue, event: 'delete', payload: 'second', id: 'x' });
  expect(repeated).toMatchObject({ seq: 1, duplicate: true });
  await wire.publish(queue, 'end');
  expect(await wire.receive(queue, 2)).toMatchObject([{ payload: 'first' }, { seq: 2, event: 'end' }]);
});

it('is within one queue: another takes the same id as new', async () => {
  const wire = await connect();
  for (const queue of [aQueue(), aQueue()]) {
    const reply = await wire.request({ action: 'publish', queue, event: 'add', id: 'same' });
    expect(reply).toMatchObject({ seq: 1, duplicate: false });
  }
});

it('stores once what is published twice at the same time', async () => {
  const queue = aQueue();
  const wires = await Promise.all([connect(), connect()]);
  const replies = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      wires[index % 2]?.request({ action: 'publish', queue, event: 'add', id: 'once' }),
    ),
  );
  expect(new Set(replies.map((reply) => reply?.seq)).size).toBe(1);
  expect(replies.filter((reply) => reply?.duplicate === false)).toHaveLength(1);
  const [reader] = wires;
  await reader.subscribe(queue, { from: 'earliest' });
  await reader.publish(queue, 'end');
  expect((await reader.receive(queue, 2)).map(({ event }) => event)).toEqual(['add', 'end']);
});

it('holds within a batch and across batches', async () => {
  const queue = aQueue();
  const wire = await connect();
  const publish = (...ids: string[]) =>
    wire.request({ action: 'publish', queue, messages: ids.map((id) => ({ event: 'add', id })) });
  expect((await publish('a', 'b', 'a')).messages).toEqual([
    { seq: 1, id: 'a', duplicate: false },
    { seq: 2, id: 'b', duplicate: false },
    { seq: 1, id: 'a', duplicate: true },
  ]);
  const { messages } = await publish('b', 'c');
  expect(messages).toMatchObject([
    { seq: 2, id: 'b', duplicate: true },
    { id: 'c', duplicate: false },
  ]);
});

it('takes an id of 128 characters of any kind', async () => {
  const queue = aQueue();
  const wire = await connect();
  const id = 'order #7 – größer/鍵'.padEnd(128, '.');
  for (const duplicate of [false, true]) {
    const reply = await wire.request({ action: 'publish', queue, event: 'add', id });
    expect(reply).toMatchObject({ seq: 1, id, duplicate });
  }
});
