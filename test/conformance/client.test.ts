import WebSocket from 'ws';
import { type ConnectOptions, connect, type Holdfast, type Timers } from '../../client';
import { systemTimers } from '../../client/timers';
import { aClient, aQueue } from './fresh';
import { eventually, PATIENCE, pause, WAIT_MS } from './patience';

const open: Holdfast[] = [];

afterEach(async () => {
  for (const holdfast of open.splice(0)) await holdfast.close();
});

async function holdfastOf(clientId: string, options: ConnectOptions = {}): Promise<Holdfast> {
  const holdfast = await connect(process.env.HOLDFAST_URL ?? '', {
    clientId,
    webSocket: WebSocket,
    connectTimeout: WAIT_MS,
    ...options,
  });
  open.push(holdfast);
  return holdfast;
}

const subscription = async (holdfast: Holdfast, queue: string) =>
  (await holdfast.request({ action: 'list', what: 'subscriptions', queue })).items[0];

const isDone = (item: Awaited<ReturnType<typeof subscription>>) => item?.inFlight === 0 && item.backlog === 0;

/** What the SDK promises of a message: handled once, in order, at its first attempt. */
const inOrder = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index + 1}:1`);

it('handles a burst of several windows in order, and acks all of it', async () => {
  const queue = aQueue();
  const holdfast = await holdfastOf(aClient());
  const handled: string[] = [];
  await holdfast.consume(queue, { maxInFlight: 40, ackDeadline: 60 }, ({ seq, attempt }) =>
    handled.push(`${seq}:${attempt}`),
  );
  await Promise.all(Array.from({ length: 150 }, (_, payload) => holdfast.publish(queue, 'add', payload)));
  await eventually(() => subscription(holdfast, queue), isDone);
  expect(handled).toEqual(inOrder(150));
});

it('catches up with what was published while it was away', async () => {
  const queue = aQueue();
  const clientId = aClient();
  const before = await holdfastOf(clientId);
  await before.subscribe(queue, { ackDeadline: 60 }).ready;
  await before.close();
  const publisher = await holdfastOf(aClient('shop'));
  await Promise.all([1, 2, 3].map((payload) => publisher.publish(queue, 'add', payload)));
  const after = await holdfastOf(clientId);
  const payloads: unknown[] = [];
  for await (const message of after.subscribe(queue)) {
    payloads.push(message.payload);
    message.ack();
    if (payloads.length === 3) break;
  }
  expect(payloads).toEqual([1, 2, 3]);
  await after.flush();
  expect(await subscription(publisher, queue)).toMatchObject({ inFlight: 0, backlog: 0, dead: 0 });
});

it('is given a message again that it nacked, and puts one that it rejects to the dead letters', async () => {
  const queue = aQueue();
  const holdfast = await holdfastOf(aClient());
  const attempts: string[] = [];
  await holdfast.consume(queue, { ackDeadline: 60 }, (message) => {
    attempts.push(`${message.seq}:${message.attempt}`);
    if (message.payload === 'malformed') message.reject('malformed');
    else if (message.attempt === 1) message.nack({ delay: 0 });
  });
  await holdfast.publish(queue, 'add', 'malformed');
  await holdfast.publish(queue, 'add', 'fine');
  await eventually(
    () => subscription(holdfast, queue),
    (item) => isDone(item) && item?.next === 3 && item.dead === 1,
  );
  expect(attempts.sort()).toEqual(['1:1', '2:1', '2:2']);
});

it('hands over from connection to connection without a message lost, doubled or out of order', async () => {
  const queue = aQueue();
  const probe = await holdfastOf(aClient());
  const lifetime = Date.parse(probe.welcome?.expiresAt ?? '') - Date.now();
  // As if connections lasted no more than three seconds.
  const timers: Timers = { ...systemTimers, now: () => Date.now() + lifetime - 3_000 * PATIENCE };
  const holdfast = await holdfastOf(aClient(), { timers });
  const connections = new Set<string | undefined>();
  const handled: string[] = [];
  await holdfast.consume(queue, { ackDeadline: 60 }, ({ seq, attempt }) => {
    connections.add(holdfast.welcome?.connectionId);
    handled.push(`${seq}:${attempt}`);
  });
  const published: Promise<unknown>[] = [];
  for (const end = Date.now() + 6_000 * PATIENCE; Date.now() < end; await pause(10 * PATIENCE))
    published.push(probe.publish(queue, 'add'));
  await Promise.all(published);
  await eventually(
    () => handled.length,
    (count) => count >= published.length,
  );
  expect(handled).toEqual(inOrder(published.length));
  expect(connections.size).toBeGreaterThan(1);
});
