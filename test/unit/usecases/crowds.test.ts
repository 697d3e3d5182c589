import type { FrameOf } from '../../../broker/protocol';
import { publish } from './frames';
import { beforehand } from './interpose';
import { createWorld, QUEUE, type Wire, type World } from './world';

const FRAME = 32_768;

const clientOf = (n: number) => `${'a-client-with-a-long-name-'.repeat(4)}${String(n).padStart(4, '0')}`;

/** A queue with a message that so many clients rejected. */
async function crowd(size: number, options: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(options);
  const wires: Wire[] = [];
  for (let n = 0; n < size; n++) {
    const wire = await world.connect(clientOf(n));
    wires.push(wire);
    await wire.request({ action: 'subscribe', queue: QUEUE });
  }
  const [first] = wires;
  await first?.request(publish(1));
  for (const wire of wires) await wire.request({ action: 'reject', queue: QUEUE, seqs: [1] });
  return world;
}

/** The replies to a request, each with the cursor of the one before. */
async function everyReply<Type extends 'status' | 'list'>(wire: Wire, request: Record<string, unknown>, type: Type) {
  const replies: FrameOf<Type>[] = [];
  for (let cursor: string | undefined; ; ) {
    const reply = await wire.request({ ...request, ...(cursor === undefined ? {} : { cursor }) });
    if (reply?.type !== type) throw new Error(`expected ${type}, got ${JSON.stringify(reply)}`);
    replies.push(reply as FrameOf<Type>);
    if (reply.cursor === undefined) return replies;
    cursor = reply.cursor;
  }
}

const bytesOf = (frame: unknown) => Buffer.byteLength(JSON.stringify(frame));

describe('the status of a message with very many subscribers', () => {
  const STATUS = { action: 'status', queue: QUEUE, seq: 1 };
  let world: World;
  let wire: Wire;
  let asking = 0;
  let mostAsking = 0;

  beforeAll(async () => {
    world = await crowd(350, {
      between: ({ deadLetters }) => ({
        deadLetters: beforehand(deadLetters, 'get', async () => {
          asking += 1;
          mostAsking = Math.max(mostAsking, asking);
          await new Promise(setImmediate);
          asking -= 1;
        }),
      }),
    });
    wire = await world.connect('operator');
  });

  it('comes in frames that are not too large, and tells of each of them once', async () => {
    const replies = await everyReply(wire, STATUS, 'status');
    expect(Math.max(...replies.map(bytesOf))).toBeLessThan(FRAME);
    const told = replies.flatMap(({ subscribers }) => subscribers);
    expect(told).toEqual(Array.from({ length: 350 }, (_, n) => ({ clientId: clientOf(n), state: 'dead' })));
    expect(replies.length).toBeLessThanOrEqual(4);
  });

  it('looks for their dead letters side by side, but not for all at once', async () => {
    mostAsking = 0;
    await wire.request(STATUS);
    expect(mostAsking).toBe(100);
  });

  it('comes in pages as small as they are asked for', async () => {
    const replies = await everyReply(wire, { ...STATUS, limit: 60 }, 'status');
    expect(replies.map(({ subscribers }) => subscribers.length)).toEqual([60, 60, 60, 60, 60, 50]);
  });

  it('goes on from no cursor but its own', async () => {
    expect(await wire.request({ ...STATUS, cursor: 'x' })).toMatchObject({ code: 'invalid', field: 'cursor' });
  });
});

describe('the list', () => {
  it('of clients shows as many subscriptions of one as fit a frame', async () => {
    const world = createWorld();
    const wire = await world.connect('billing');
    const events = Array.from({ length: 60 }, (_, i) => `${'ä'.repeat(100)} ${i}`);
    for (let n = 0; n < 10; n++) await wire.request({ action: 'subscribe', queue: `queue ${n}`, events });
    await world.connect('other');
    const replies = await everyReply(wire, { action: 'list', what: 'clients' }, 'list');
    expect(Math.max(...replies.map(bytesOf))).toBeLessThan(FRAME);
    const [billing, other] = replies.flatMap(({ items }) => items);
    expect(billing).toMatchObject({
      clientId: 'billing',
      connected: true,
      subscriptions: [{ queue: 'queue 0', events }, {}],
    });
    expect(other).toMatchObject({ clientId: 'other' });
  });

  it('of queues fits its frames also where it grows while it is read', async () => {
    let lists = 0;
    const world = createWorld({
      between: ({ queues }) => ({
        queues: beforehand(queues, 'list', async () => {
          lists += 1;
          if (lists === 2) await learn(20, 100);
        }),
      }),
    });
    const names = Array.from({ length: 30 }, (_, n) => `queue ${String(n).padStart(2, '0')}`);
    const wire = await world.connect('publisher');
    const learn = async (from: number, to: number) => {
      const events = Array.from({ length: to - from }, (_, n) => `${'x'.repeat(120)} ${from + n}`);
      for (const queue of names)
        await wire.ask({ action: 'publish', queue, messages: events.map((event) => ({ event })) });
    };
    await learn(0, 20);
    const replies = await everyReply(wire, { action: 'list', what: 'queues' }, 'list');
    expect(Math.max(...replies.map(bytesOf))).toBeLessThan(FRAME);
    expect(replies.flatMap(({ items }) => items)).toMatchObject(names.map((queue) => ({ queue })));
  });

  it('of queues counts their subscribers without reading each of them', async () => {
    const world = await crowd(3, {
      between: ({ subscriptions }) => ({
        subscriptions: beforehand(subscriptions, 'list', () => Promise.reject(new Error('read them all'))),
      }),
    });
    const wire = await world.connect('operator');
    const [reply] = await everyReply(wire, { action: 'list', what: 'queues' }, 'list');
    expect(reply?.items).toMatchObject([{ queue: QUEUE, subscribers: 3, connected: 3 }]);
  });
});
