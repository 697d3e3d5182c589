import { itNeeds } from './capabilities';
import { aClient, aQueue } from './fresh';
import { connect } from './wire';

const TOO_LARGE = { type: 'error', code: 'too_large', retryable: false };

it('refuses a message beyond 30,000 bytes, and goes on', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const refusal = await wire.refusal({ action: 'publish', queue, event: 'add', payload: 'x'.repeat(30_500) });
  expect(refusal).toMatchObject(TOO_LARGE);
  await wire.publish(queue, 'add', 'small');
  expect(await wire.receive(queue, 1)).toMatchObject([{ seq: 1, payload: 'small' }]);
});

it('takes a payload of exactly 30,000 bytes, and none of one more', async () => {
  const queue = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(queue);
  const payload = 'x'.repeat(30_000 - '""'.length);
  expect(await wire.refusal({ action: 'publish', queue, event: 'add', payload: `${payload}x` })).toMatchObject(
    TOO_LARGE,
  );
  await wire.publish(queue, 'add', payload);
  expect(await wire.receive(queue, 1)).toMatchObject([{ seq: 1, payload }]);
});

it('counts bytes, not characters', async () => {
  const wire = await connect();
  const payload = '漢'.repeat(10_100);
  expect(await wire.refusal({ action: 'publish', queue: aQueue(), event: 'add', payload })).toMatchObject(TOO_LARGE);
});

it('counts headers', async () => {
  const wire = await connect();
  const headers = { a: 'x'.repeat(15_500) };
  const payload = 'x'.repeat(15_500);
  const refusal = await wire.refusal({ action: 'publish', queue: aQueue(), event: 'add', payload, headers });
  expect(refusal).toMatchObject(TOO_LARGE);
});

it('stores none of several of which one is too large', async () => {
  const queue = aQueue();
  const wire = await connect();
  const messages = [{ event: 'add' }, { event: 'add', payload: 'x'.repeat(30_500) }];
  expect(await wire.refusal({ action: 'publish', queue, messages })).toMatchObject(TOO_LARGE);
  expect(await wire.publish(queue, 'add')).toMatchObject({ seq: 1 });
});

it('takes a frame of exactly 32 KB', async () => {
  const wire = await connect();
  wire.send('{"action":"ping","ref":"full"}'.padEnd(32_768, ' '));
  expect(await wire.next('pong')).toEqual({ type: 'pong', ref: 'full' });
});

itNeeds('frameLimit')('closes with 1009 for a frame beyond 32 KB', async () => {
  const wire = await connect();
  wire.send('{"action":"ping"}'.padEnd(32_769, ' '));
  expect(await wire.closed).toBe(1009);
});

itNeeds('frameLimit')('owes what it owed to a client that was closed so', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const first = await connect({ clientId });
  await first.subscribe(queue);
  first.send('x'.repeat(200_000));
  expect(await first.closed).toBe(1009);
  const publisher = await connect();
  await publisher.publish(queue, 'add');
  const second = await connect({ clientId });
  expect(await second.receive(queue, 1)).toMatchObject([{ seq: 1 }]);
});
