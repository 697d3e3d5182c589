import { ApiGatewayPusher, apiGatewayClient } from '../../../../adapters/apigateway';
import { requests as requestsWithin } from '../../../../adapters/aws/requests';
import { deliverHandler } from '../../../../adapters/lambda/deliverHandler';
import type { WakingRecord } from '../../../../adapters/lambda/records';
import {
  type ConnectionId,
  clientPattern,
  type KeyId,
  type Ports,
  type QueueName,
  Unavailable,
} from '../../../../broker';
import type { Subscription } from '../../../../broker/model/subscription';
import { delivered } from '../../usecases/frames';
import { beforehand } from '../../usecases/interpose';
import { createWorld, QUEUE, type Wire } from '../../usecases/world';
import { config, serve } from '../service';
import { CONNECTION, connectionEnded, connectionMade, keyRevoked, messageRecord, wakeUpRecord } from './events';
import { ALL_GRANTS } from './grants';
import { captureOutput } from './output';

const output = captureOutput();
const OTHER = 'Other Events' as QueueName;

/** A world that is woken by records and by nothing else. */
function deployed(between?: (ports: Ports) => Partial<Ports>) {
  const world = createWorld(between === undefined ? {} : { between });
  const retries: [receiptHandle: string, received: number][] = [];
  const handler = handlerOf(world.ports, retries);
  return { ...world, handler, retries, wake: (...records: WakingRecord[]) => handler({ Records: records }) };
}

const handlerOf = (ports: Ports, retries: [string, number][] = []) =>
  deliverHandler(
    () => ports,
    () => ({ soon: async (...retry) => void retries.push(retry) }),
  );

/** What Lambda says of a function's time: plenty, until it is said to be over. */
function clockOf() {
  let left = 60_000;
  return {
    context: { getRemainingTimeInMillis: () => left },
    runOut: () => {
      left = 1_000;
    },
  };
}

const NONE = { batchItemFailures: [] };
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const publish = (ports: Ports, queue: QueueName, count: number, payload = '7') =>
  ports.log.append(
    queue,
    Array.from({ length: count }, (_, index) => ({
      id: `id ${index}`,
      idempotent: false,
      event: 'add' as never,
      payload: payload as never,
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
      exists: (...args: Parameters<Ports['queues']['exists']>) => ports.queues.exists(...args),
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

  const poisoned = () => [
    messageRecord('broken', 1, '100'),
    messageRecord(QUEUE, 1, '101'),
    messageRecord('broken', 2, '102'),
  ];

  it('of a queue that fails are tried again apart, so that the stream goes on with the others', async () => {
    const { queues, between } = reading();
    const { wake, wakeUps, ports, reports } = deployed(between);
    expect(await wake(...poisoned())).toEqual(NONE);
    expect(queues).toContain(QUEUE);
    expect(reports).toMatchObject([{ details: { error: expect.any(Unavailable) } }]);
    const at = ports.clock.now() + 1_000;
    expect(wakeUps.pending).toEqual([{ wakeUp: { kind: 'queue', queue: 'broken' }, at }]);
  });

  it('of a queue that always fails are in the end left to the queue of failures, by themselves', async () => {
    const { between } = reading();
    const { wake, retries } = deployed(between);
    const body = JSON.stringify({ kind: 'queue', queue: 'broken' });
    const other = JSON.stringify({ kind: 'queue', queue: QUEUE });
    for (const received of [1, 2]) {
      const answer = await wake(wakeUpRecord(body, 'm-1', received), wakeUpRecord(other, 'm-2'));
      expect(answer).toEqual(failed('m-1'));
    }
    const { receiptHandle } = wakeUpRecord(body, 'm-1');
    expect(retries).toEqual([
      [receiptHandle, 1],
      [receiptHandle, 2],
    ]);
  });

  it('of a queue that fails are reported to the stream only if nothing can be sent either', async () => {
    const { queues, between } = reading();
    const { wake } = deployed((ports) => ({
      ...between(ports),
      wakeUps: { send: () => Promise.reject(new Unavailable('no')) },
    }));
    expect(await wake(...poisoned())).toEqual(failed('100', '102'));
    expect(queues).toContain(QUEUE);
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

describe('a key that was revoked', () => {
  const key = '0b5e4f6a7c8d9e0f1a2b' as KeyId;
  const access = { grants: ALL_GRANTS, key };

  it('ends its connections, and half a minute later those that the index did not show yet', async () => {
    const { wake, connect, ports, pass } = deployed();
    await ports.keys.add({ key, hash: 'h', client: clientPattern.parse('*'), grants: ALL_GRANTS, createdAt: 1 });
    const known = await connect('billing', 'known', access);
    const late = await connect('shop', 'late');
    for (const wire of [known, late]) wire.take();
    await ports.keys.remove(key);
    expect(await wake(keyRevoked(key, '300'))).toEqual(NONE);
    expect(known.take()).toMatchObject([{ type: 'goodbye', code: 4001 }]);
    await ports.connections.renew(late.connection, access);
    await pass(29_999);
    expect(late.take()).toEqual([]);
    await pass(1);
    expect(late.take()).toMatchObject([{ type: 'goodbye', code: 4001 }]);
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
    const again = handlerOf({ ...ports, pusher: broken });
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

it('delivers, at each try, what stands before and behind a record that it cannot read', async () => {
  const { wake, connect, ports } = deployed();
  const [before, behind] = [await connect('before'), await connect('behind')];
  await before.request({ action: 'subscribe', queue: QUEUE });
  await behind.request({ action: 'subscribe', queue: OTHER });
  const unreadable = {
    eventName: 'INSERT' as const,
    dynamodb: { Keys: { queue: { N: '7' }, seq: { N: '1' } }, SequenceNumber: '150' },
  };
  for (const seq of [1, 2]) {
    for (const wire of [before, behind]) wire.take();
    await publish(ports, QUEUE, 1);
    await publish(ports, OTHER, 1);
    const batch = [messageRecord(QUEUE, seq, '100'), unreadable, messageRecord(OTHER, seq, '200')];
    expect(await wake(...batch)).toEqual(failed('150'));
    for (const wire of [before, behind]) expect(wire.take()).toMatchObject([{ type: 'messages', messages: [{ seq }] }]);
  }
});

it('leaves one line, which counts what it was woken by and shows none of it', async () => {
  const { wake } = deployed();
  await wake(messageRecord(QUEUE, 1, '100'), messageRecord(QUEUE, 2, '101'));
  expect(output.lines()).toMatchObject([{ msg: 'deliver', records: 2, wakeUps: 1, failed: 0 }]);
  expect(output.text()).not.toContain('secret');
});

describe('near the end of its time', () => {
  /** Subscribers of a queue with a message, and a time that runs out at the push to one of them. */
  async function hurried(count: number, lastPush: number) {
    const time = clockOf();
    let pushes = -Infinity;
    const world = deployed(({ pusher }) => ({
      pusher: {
        push: async (...args) => {
          pushes += 1;
          if (pushes >= lastPush) time.runOut();
          return pusher.push(...args);
        },
        close: (...args) => pusher.close(...args),
      },
    }));
    const wires: Wire[] = [];
    for (let n = 0; n < count; n++) {
      const wire = await world.connect(`client-${String(n).padStart(3, '0')}`);
      await wire.request({ action: 'subscribe', queue: QUEUE });
      wire.take();
      wires.push(wire);
    }
    await publish(world.ports, QUEUE, 1);
    pushes = 0;
    return { ...world, wires, time };
  }

  const attemptsOf = (wires: readonly Wire[]) => wires.flatMap((wire) => delivered(wire.take()));

  it('leaves the subscribers it has not come to to a wake-up, which begins with them', async () => {
    const { handler, wires, time, wakeUps } = await hurried(40, 20);
    expect(await handler({ Records: [messageRecord(QUEUE, 1, '100')] }, time.context)).toEqual(NONE);
    const served = attemptsOf(wires).length;
    expect(served).toBeGreaterThanOrEqual(20);
    expect(served).toBeLessThan(40);
    const [handedOver] = wakeUps.pending.filter(({ wakeUp }) => wakeUp.kind === 'shard');
    expect(handedOver?.wakeUp).toEqual({
      kind: 'shard',
      shard: { queue: QUEUE, shard: 0 },
      after: wires[served - 1]?.client,
    });
    const { context } = clockOf();
    const body = JSON.stringify(handedOver?.wakeUp);
    expect(await handler({ Records: [wakeUpRecord(body, 'm-1')] }, context)).toEqual(NONE);
    expect(attemptsOf(wires)).toEqual(Array(40 - served).fill('1:1'));
  });

  it('is not repeated as a whole for those who failed: each try would hand over the rest once more', async () => {
    const { ports, wires, time, wakeUps, reports } = await hurried(40, 20);
    const broken = wires[3]?.client;
    const subscriptions = beforehand(ports.subscriptions, 'save', (saved) => {
      if ((saved as Subscription).client === broken) throw new Unavailable('throttled');
    });
    const handler = handlerOf({ ...ports, subscriptions });
    const body = JSON.stringify({ kind: 'shard', shard: { queue: QUEUE, shard: 0 } });
    expect(await handler({ Records: [wakeUpRecord(body, 'm-1')] }, time.context)).toEqual(NONE);
    expect(wakeUps.pending.filter(({ wakeUp }) => wakeUp.kind === 'shard')).toHaveLength(1);
    expect(wakeUps.pending).toContainEqual({
      wakeUp: { kind: 'subscription', shard: { queue: QUEUE, shard: 0 }, client: broken },
      at: ports.clock.now() + 1_000,
    });
    expect(reports).toMatchObject([{ details: { error: expect.any(Unavailable) } }]);
  });

  it('repeats a welcome that failed in part, and sends no other beside it', async () => {
    const { handler, connect, open, ports, wakeUps, retries } = deployed();
    const queues = Array.from({ length: 20 }, (_, n) => `queue ${n}` as QueueName);
    const before = await connect('billing');
    for (const queue of queues) await before.request({ action: 'subscribe', queue });
    await open('billing', CONNECTION);
    wakeUps.takeDue();
    const time = clockOf();
    const subscriptions = beforehand(ports.subscriptions, 'save', (saved) => {
      time.runOut();
      if ((saved as Subscription).queue === 'queue 3') throw new Unavailable('throttled');
    });
    const body = JSON.stringify({ kind: 'welcome', connection: CONNECTION });
    const failing = handlerOf({ ...ports, subscriptions }, retries);
    expect(await failing({ Records: [wakeUpRecord(body, 'm-1')] }, time.context)).toEqual(failed('m-1'));
    expect(wakeUps.pending).toEqual([]);
    expect(await handler({ Records: [wakeUpRecord(body, 'm-1', 2)] })).toEqual(NONE);
    for (const queue of queues)
      expect(await ports.subscriptions.get({ ...before.key, queue }, ports.clock.now())).toMatchObject({
        connections: [{}, { connection: CONNECTION }],
      });
  });

  it('leaves the rest of a long way through a log to a wake-up of that subscription', async () => {
    const { handler, connect, ports, wakeUps } = deployed();
    const wire = await connect('billing');
    await wire.request({ action: 'subscribe', queue: QUEUE, events: ['rare'] });
    for (let batch = 0; batch < 10; batch++) await publish(ports, QUEUE, 100);
    const time = clockOf();
    const shard = { queue: QUEUE, shard: 0 };
    const body = JSON.stringify({ kind: 'subscription', shard, client: 'billing' });
    time.runOut();
    expect(await handler({ Records: [wakeUpRecord(body, 'm-1')] }, time.context)).toEqual(NONE);
    expect(wakeUps.pending).toMatchObject([{ wakeUp: { kind: 'subscription', shard, client: 'billing' } }]);
    expect(await ports.subscriptions.get(wire.key, ports.clock.now())).toMatchObject({ next: 251 });
  });

  it('leaves queues and connections that it has not begun with to wake-ups, each for itself', async () => {
    const { handler, connect, open, ports, wakeUps } = deployed();
    const billing = await connect('billing');
    for (const queue of [QUEUE, OTHER]) {
      await billing.request({ action: 'subscribe', queue });
      await publish(ports, queue, 1);
    }
    const young = await open('young', CONNECTION);
    wakeUps.takeDue();
    billing.take();
    const time = clockOf();
    time.runOut();
    const records = [messageRecord(QUEUE, 1, '1'), messageRecord(OTHER, 1, '2'), connectionMade('young', '3')];
    expect(await handler({ Records: records }, time.context)).toEqual(NONE);
    expect([...billing.take(), ...young.take()]).toEqual([]);
    expect(wakeUps.pending.map(({ wakeUp }) => wakeUp)).toEqual(
      expect.arrayContaining([
        { kind: 'shard', shard: { queue: QUEUE, shard: 0 } },
        { kind: 'shard', shard: { queue: OTHER, shard: 0 } },
        { kind: 'welcome', connection: CONNECTION },
      ]),
    );
  });
});

describe('clients that come back to large backlogs together', () => {
  const [CLIENTS, QUEUES, BACKLOG] = [8, 6, 100];
  const payload = JSON.stringify('x'.repeat(29_000));

  /** Counts the messages that were read and not pushed yet, and those that were pushed. */
  function counting({ log, pusher }: Ports) {
    const counted = { held: 0, most: 0, pushed: 0 };
    const read: Ports['log']['read'] = async (...args) => {
      const entries = await log.read(...args);
      counted.held += entries.length;
      counted.most = Math.max(counted.most, counted.held);
      await new Promise(setImmediate);
      return entries;
    };
    const push: Ports['pusher']['push'] = async (_, frames) => {
      // Two of these messages do not fit one frame.
      const messages = frames.filter((frame) => Buffer.from(frame.subarray(0, 20)).includes('"messages"')).length;
      await new Promise(setImmediate);
      counted.held -= messages;
      counted.pushed += messages;
      return { outcome: 'sent', sent: frames.length };
    };
    const ports: Partial<Ports> = {
      log: { append: log.append.bind(log), get: log.get.bind(log), fill: log.fill.bind(log), read },
      pusher: { push, close: pusher.close.bind(pusher) },
    };
    return { counted, ports };
  }

  it('are served as many at a time as there is memory for, each all that its windows take', async () => {
    const { connect, disconnect, open, ports, wakeUps } = createWorld();
    const queues = Array.from({ length: QUEUES }, (_, n) => `queue ${n}` as QueueName);
    const clients = Array.from({ length: CLIENTS }, (_, n) => `device-${n}`);
    for (const client of clients) {
      const wire = await connect(client);
      for (const queue of queues) await wire.request({ action: 'subscribe', queue });
      await disconnect(wire);
    }
    for (const queue of queues) await publish(ports, queue, BACKLOG, payload);
    for (const client of clients) await open(client, `${client} again`);
    wakeUps.takeDue();
    const { counted, ports: between } = counting(ports);
    const records = clients.map((client, n) => connectionMade(client, String(n), `${client} again`));
    expect(await handlerOf({ ...ports, ...between })({ Records: records })).toEqual(NONE);
    expect(counted).toMatchObject({ held: 0, pushed: CLIENTS * QUEUES * BACKLOG });
    expect(counted.most).toBeGreaterThan(1_000);
    expect(counted.most).toBeLessThanOrEqual(1_600);
  }, 30_000);
});

it('is not delayed by a subscriber whose connection takes nothing', async () => {
  const requests: string[] = [];
  const hanging = new Set<string>();
  const gateway = await serve(async ({ path }) => {
    requests.push(path);
    if (hanging.has(path)) await new Promise((resolve) => setTimeout(resolve, 5_000).unref());
    return { status: 200 };
  });
  const client = apiGatewayClient(gateway.endpoint, { ...config, requestHandler: requestsWithin(1_000, 10) });
  const { wake, connect, ports, state } = deployed(() => ({ pusher: new ApiGatewayPusher(client) }));
  const wires = [];
  for (const name of ['a', 'slow', 'z']) wires.push(await connect(name, name));
  for (const wire of wires) await wire.request({ action: 'subscribe', queue: QUEUE });
  await publish(ports, QUEUE, 1);
  requests.length = 0;
  hanging.add('/@connections/slow');
  const began = performance.now();
  expect(await wake(messageRecord(QUEUE, 1, '100'))).toEqual(NONE);
  expect(performance.now() - began).toBeLessThan(4_000);
  expect(requests.sort()).toEqual(['/@connections/a', '/@connections/slow', '/@connections/z']);
  for (const wire of wires) expect(await state(wire)).toMatchObject({ next: 2, inFlight: [{ seq: 1, attempt: 1 }] });
  client.destroy();
  await gateway.close();
});
