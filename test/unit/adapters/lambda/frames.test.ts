import type { TimeLeft } from '../../../../adapters/lambda/deadline';
import { frameHandler } from '../../../../adapters/lambda/frames';
import { routed } from '../../../../adapters/lambda/routed';
import { unrouted } from '../../../../adapters/lambda/unrouted';
import {
  type Connection,
  type ConnectionId,
  catchup,
  type Ports,
  publishHandlers,
  settleHandlers,
  subscribeHandlers,
  Unavailable,
} from '../../../../broker';
import { createWorld } from '../../usecases/world';
import { CONNECTION, messageEvent } from './events';
import { captureOutput } from './output';

const output = captureOutput();
const QUEUE = 'Database Events';

async function deployed(between?: (ports: Ports) => Partial<Ports>) {
  const world = createWorld(between === undefined ? {} : { between });
  await world.open('billing', CONNECTION);
  const handler = frameHandler(
    'publish',
    routed(() => world.ports, { ...publishHandlers, ...settleHandlers, catchup, ...subscribeHandlers }),
  );
  const ask = async (frame: unknown, routeKey = 'publish', context?: TimeLeft) => {
    const { statusCode, body } = await handler(messageEvent(frame, routeKey), context);
    expect(statusCode).toBe(200);
    return body === undefined ? undefined : (JSON.parse(body) as Record<string, unknown>);
  };
  return { ...world, handler, ask };
}

describe('a function of a route', () => {
  it('answers a frame in the name of the client whose connection it came by', async () => {
    const { ask, ports } = await deployed();
    const reply = await ask({ action: 'publish', ref: '1', queue: QUEUE, event: 'add', payload: 7 });
    expect(reply).toMatchObject({ type: 'published', ref: '1', seq: 1 });
    const [message] = await ports.log.read(reply?.queue as never, 1, 10, ports.clock.now());
    expect(message).toMatchObject({ publisher: 'billing', payload: '7' });
  });

  it('looks up once whose connection it is', async () => {
    let lookups = 0;
    const { ask } = await deployed(({ connections }) => ({
      connections: {
        add: (connection: Connection) => connections.add(connection),
        renew: (...args: Parameters<typeof connections.renew>) => connections.renew(...args),
        ofKey: (...args: Parameters<typeof connections.ofKey>) => connections.ofKey(...args),
        remove: (connection: ConnectionId) => connections.remove(connection),
        get: (...args: Parameters<typeof connections.get>) => {
          lookups += 1;
          return connections.get(...args);
        },
      },
    }));
    for (let i = 0; i < 3; i++) await ask({ action: 'publish', queue: QUEUE, event: 'add' });
    expect(lookups).toBe(1);
  });

  it('tells a connection that is not known to connect again, and stores nothing', async () => {
    const { ask, ports } = await deployed();
    await ports.connections.remove(CONNECTION as ConnectionId);
    const reply = await ask({ action: 'publish', ref: '1', queue: QUEUE, event: 'add' });
    expect(reply).toMatchObject({
      type: 'error',
      ref: '1',
      code: 'unauthenticated',
      message: expect.stringContaining('connect again'),
    });
    expect(await ports.queues.list({ limit: 10 })).toEqual({ items: [] });
  });

  it('sends the wake-ups of a request before it answers', async () => {
    const { ask, wakeUps } = await deployed();
    await ask({ action: 'publish', queue: QUEUE, event: 'add' });
    wakeUps.takeDue();
    await ask({ action: 'subscribe', queue: QUEUE, from: 'earliest' }, 'subscribe');
    expect(wakeUps.takeDue()).toEqual([{ kind: 'subscription', shard: { queue: QUEUE, shard: 0 }, client: 'billing' }]);
  });

  it('answers in time though what its ack makes room for is far away in the log, and leaves that to a wake-up', async () => {
    const { ask, pump, wakeUps } = await deployed();
    await pump();
    await ask({ action: 'subscribe', queue: QUEUE, events: ['wanted'], maxInFlight: 1 }, 'subscribe');
    await ask({ action: 'publish', queue: QUEUE, event: 'wanted' });
    await pump();
    const unwanted = Array.from({ length: 100 }, () => ({ event: 'other' }));
    for (let batch = 0; batch < 5; batch++) await ask({ action: 'publish', queue: QUEUE, messages: unwanted });
    await pump();
    const hurried = { getRemainingTimeInMillis: () => 5_000 };
    const reply = await ask({ action: 'ack', ref: '1', queue: QUEUE, seqs: [1] }, 'ack', hurried);
    expect(reply).toMatchObject({ type: 'acked', settled: 1 });
    expect(wakeUps.takeDue()).toEqual([{ kind: 'subscription', shard: { queue: QUEUE, shard: 0 }, client: 'billing' }]);
  });

  it('answers that a request may be repeated if its wake-up could not be sent', async () => {
    const { ask } = await deployed(({ wakeUps }) => ({
      wakeUps: {
        send: (wakeUp, delay) =>
          wakeUp.kind === 'subscription' ? Promise.reject(new Unavailable('no')) : wakeUps.send(wakeUp, delay),
      },
    }));
    await ask({ action: 'publish', queue: QUEUE, event: 'add' });
    const reply = await ask({ action: 'subscribe', ref: '2', queue: QUEUE, from: 'earliest' }, 'subscribe');
    expect(reply).toMatchObject({ type: 'error', ref: '2', code: 'unavailable', retryable: true });
  });

  it('answers a frame that it cannot read without asking whose it is', async () => {
    const { ask, ports } = await deployed();
    await ports.connections.remove(CONNECTION as ConnectionId);
    expect(await ask({ action: 'publish', ref: 'r', queue: '', event: 'add' })).toMatchObject({
      type: 'error',
      ref: 'r',
      code: 'invalid',
      field: 'queue',
    });
  });

  it('refuses a binary frame', async () => {
    const { handler } = await deployed();
    const { body } = await handler({ ...messageEvent('eyJhIjoxfQ=='), isBase64Encoded: true });
    expect(JSON.parse(body ?? '')).toMatchObject({ type: 'error', code: 'invalid' });
  });

  it('leaves one line a request, with its action and reply and nothing of its payload', async () => {
    const { ask } = await deployed();
    await ask({ action: 'publish', queue: QUEUE, event: 'add', payload: 'secret', headers: { a: 'secret' } });
    await ask({ action: 'publish', queue: '', event: 'secret' });
    expect(output.lines()).toMatchObject([
      { msg: 'publish', connection: CONNECTION, action: 'publish', reply: 'published', ms: expect.any(Number) },
      { msg: 'publish', connection: CONNECTION, reply: 'error', code: 'invalid' },
    ]);
    expect(output.text()).not.toContain('secret');
  });
});

describe('the function of everything else', () => {
  const handler = frameHandler('default', unrouted);
  const ask = async (text: string) => JSON.parse((await handler(messageEvent(text))).body ?? '') as unknown;

  it.each([
    ['ping', '{"action":"ping","ref":"1"}', { type: 'pong', ref: '1' }],
    ['an unknown action', '{"action":"dance","ref":"1"}', { type: 'error', ref: '1', code: 'unknown_action' }],
    ['$default', '{"action":"$default"}', { type: 'error', code: 'unknown_action' }],
    ['what is not JSON', 'hello', { type: 'error', code: 'invalid' }],
    ['nothing', '', { type: 'error', code: 'invalid' }],
    ['an action named twice', '{"action":"x","action":"list","what":"queues"}', { code: 'unknown_action' }],
  ])('answers %s', async (_what, text, expected) => {
    expect(await ask(text)).toMatchObject(expected);
  });

  it('takes an empty frame that comes without a body', async () => {
    const { body: _, ...event } = messageEvent('');
    for (const empty of [event, { ...event, body: null }])
      expect(JSON.parse((await handler(empty)).body ?? '')).toMatchObject({ code: 'invalid' });
  });
});

describe('a function that is given no answer to send', () => {
  it('sends none', async () => {
    const handler = frameHandler('ack', async () => ({}));
    expect(await handler(messageEvent({ action: 'ack', queue: QUEUE, upTo: 1 }, 'ack'))).toEqual({ statusCode: 200 });
  });
});
