import { deliverHandler } from '../../../../adapters/lambda/deliverHandler';
import type { WakingRecord } from '../../../../adapters/lambda/records';
import { type ConnectionId, type Ports, type QueueName, Unavailable } from '../../../../broker';
import { createWorld, QUEUE } from '../../usecases/world';
import { CONNECTION, connectionEnded, connectionMade, messageRecord, wakeUpRecord } from './events';
import { captureOutput } from './output';

const output = captureOutput();
const OTHER = 'Other Events' as QueueName;

/** A world that is woken by records and by nothing else. */
function deployed(between?: (ports: Ports) => Partial<Ports>) {
  const world = createWorld(between === undefined ? {} : { between });
  const handler = deliverHandler(() => world.ports);
  return { ...world, wake: (...records: WakingRecord[]) => handler({ Records: records }) };
}

const NONE = { batchItemFailures: [] };
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const publish = (ports: Ports, queue: QueueName, count: number) =>
  ports.log.append(
    queue,
    Array.from({ length: count }, (_, index) => ({
      id: `id ${index}`,
      idempotent: false,
      event: 'add' as never,
      payload: '7' as never,
      headers: '{}' as never,
      publisher: 'shop' as never,
    })),
    ports.clock.now(),
    ports.clock.now() + 60_000,
  );

/** The queues that are read while it runs. */
function reading() {
  const queues: QueueName[] = [];
  const between = (ports: Ports) => ({
    queues: {
      getMany: (...args: Parameters<Ports['queues']['getMany']>) => ports.queues.getMany(...args),
      placeSubscription: (...args: Parameters<Ports['queues']['placeSubscription']>) =>
        ports.queues.placeSubscription(...args),
      forgetSubscription: (...args: Parameters<Ports['queues']['forgetSubscription']>) =>
        ports.queues.forgetSubscription(...args),
      list: (...args: Parameters<Ports['queues']['list']>) => ports.queues.list(...args),
      get: async (queue: QueueName) => {
        queues.push(queue);
        if (queue === 'broken') throw new Unavailable('no');
        return ports.queues.get(queue);
      },
    },
  });
  return { queues, between };
}

describe('messages that were stored', () => {
  it('are delivered', async () => {
    const { wake, connect, ports } = deployed();
    const wire = await connect('billing');
    await wire.request({ action: 'subscribe', queue: QUEUE });
    wire.take();
    await publish(ports, QUEUE, 2);
    expect(await wake(messageRecord(QUEUE, 1, '100'), messageRecord(QUEUE, 2, '101'))).toEqual(NONE);
    expect(wire.take()).toMatchObject([{ type: 'messages', messages: [{ seq: 1 }, { seq: 2 }] }]);
  });

  it('wake each queue of a batch once', async () => {
    const { queues, between } = reading();
    const { wake } = deployed(between);
    await wake(
      messageRecord(QUEUE, 1, '100'),
      messageRecord(OTHER, 1, '101'),
      messageRecord(QUEUE, 2, '102'),
      messageRecord(QUEUE, 3, '103'),
    );
    expect(queues.sort()).toEqual([QUEUE, OTHER].sort());
  });

  it('of a queue that fails are tried again, and cost no other', async () => {
    const { queues, between } = reading();
    const { wake, reports } = deployed(between);
    const answer = await wake(
      messageRecord('broken', 1, '100'),
      messageRecord(QUEUE, 1, '101'),
      messageRecord('broken', 2, '102'),
    );
    expect(answer).toEqual(failed('100', '102'));
    expect(queues).toContain(QUEUE);
    expect(reports).toMatchObject([{ details: { error: expect.any(Unavailable) } }]);
  });
});

describe('a connection that was made', () => {
  it('is welcomed', async () => {
    const { wake, open } = deployed();
    const wire = await open('billing', CONNECTION);
    expect(await wake(connectionMade('billing', '200'))).toEqual(NONE);
    expect(wire.take()).toMatchObject([{ type: 'welcome', clientId: 'billing', connectionId: CONNECTION }]);
  });

  it('is waited for a moment if it is not open yet', async () => {
    const { wake, open, pusher, wakeUps } = deployed();
    const wire = await open('billing', CONNECTION);
    wakeUps.takeDue();
    pusher.answer(CONNECTION as ConnectionId, 'gone');
    const woken = wake(connectionMade('billing', '200'));
    setTimeout(() => pusher.answer(CONNECTION as ConnectionId, 'sent'), 10);
    expect(await woken).toEqual(NONE);
    expect(wire.take()).toMatchObject([{ type: 'welcome' }]);
    expect(wakeUps.pending).toEqual([]);
  });
});

describe('a connection that has ended', () => {
  it.each([false, true])('is forgotten by its client, also if it expired: %p', async (expired) => {
    const { wake, connect, ports } = deployed();
    const wire = await connect('billing', CONNECTION);
    await wire.request({ action: 'subscribe', queue: QUEUE });
    expect(await wake(connectionEnded('billing', '201', CONNECTION, expired))).toEqual(NONE);
    const client = await ports.clients.get(wire.client, ports.clock.now());
    expect(client).toMatchObject({ connections: [], subscriptions: [{ queue: QUEUE }] });
  });

  it('in the same batch in which it was made, is not welcomed any more', async () => {
    const { wake, open, ports } = deployed();
    const wire = await open('billing', CONNECTION);
    await wake(connectionMade('billing', '200'), connectionEnded('billing', '201'));
    expect(wire.take()).toEqual([]);
    expect((await ports.clients.get(wire.client, ports.clock.now())).connections).toEqual([]);
  });
});

describe('wake-ups', () => {
  it('are served', async () => {
    const { wake, open } = deployed();
    const wire = await open('billing', CONNECTION);
    const body = JSON.stringify({ kind: 'welcome', connection: CONNECTION });
    expect(await wake(wakeUpRecord(body, 'm-1'))).toEqual(NONE);
    expect(wire.take()).toMatchObject([{ type: 'welcome' }]);
  });

  it('that say the same are served once, and fail together', async () => {
    const { queues, between } = reading();
    const { wake, connect, ports, pusher } = deployed(between);
    const wire = await connect('billing');
    await wire.request({ action: 'subscribe', queue: QUEUE });
    await publish(ports, QUEUE, 1);
    wire.take();
    const body = JSON.stringify({ kind: 'shard', shard: { queue: QUEUE, shard: 0 } });
    queues.length = 0;
    expect(await wake(wakeUpRecord(body, 'm-1'), wakeUpRecord(body, 'm-2'))).toEqual(NONE);
    expect(wire.take()).toHaveLength(1);
    const broken = { push: () => Promise.reject(new Error('forbidden')), close: pusher.close };
    const again = deliverHandler(() => ({ ...ports, pusher: broken }));
    await publish(ports, QUEUE, 1);
    const answer = await again({ Records: [wakeUpRecord(body, 'm-3'), wakeUpRecord(body, 'm-4')] });
    expect(answer).toEqual(failed('m-3', 'm-4'));
  });

  it.each(['hello', '{"kind":"dance"}'])('that are none, such as %s, fail alone', async (body) => {
    const { wake, open } = deployed();
    const wire = await open('billing', CONNECTION);
    const welcome = JSON.stringify({ kind: 'welcome', connection: CONNECTION });
    expect(await wake(wakeUpRecord(body, 'm-1'), wakeUpRecord(welcome, 'm-2'))).toEqual(failed('m-1'));
    expect(wire.take()).toHaveLength(1);
  });
});

it('fails for a record of a stream that it does not know, and for that only', async () => {
  const { wake, open } = deployed();
  const wire = await open('billing', CONNECTION);
  const unknown = { eventName: 'INSERT' as const, dynamodb: { Keys: { owner: { S: 'x' } }, SequenceNumber: '99' } };
  expect(await wake(unknown, connectionMade('billing', '200'))).toEqual(failed('99'));
  expect(wire.take()).toHaveLength(1);
});

it('leaves one line, which counts what it was woken by and shows none of it', async () => {
  const { wake } = deployed();
  await wake(messageRecord(QUEUE, 1, '100'), messageRecord(QUEUE, 2, '101'));
  expect(output.lines()).toMatchObject([{ msg: 'deliver', records: 2, wakeUps: 1, failed: 0 }]);
  expect(output.text()).not.toContain('secret');
});
