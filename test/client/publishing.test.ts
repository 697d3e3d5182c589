import { BufferFull, Closed, InvalidRequest, TooLarge } from '../../client';
import { aConnectedWorld, aWorld, publishedOverTwo } from './fake/client';
import { answered, type FakeSocket, type Received } from './fake/server';
import { turn } from './fake/time';

const messages = ({ messages: list }: Received): { id: string; event: string; payload: unknown }[] =>
  Array.isArray(list) ? list : [];

const batches = (socket: FakeSocket): unknown[][] =>
  socket.sent('publish').map((request) => messages(request).map(({ payload }) => payload));

it('sends what is published within one turn as one frame, in order, with an id each', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await Promise.all([1, 2, 3].map((payload) => holdfast.publish('orders', 'created', payload)));
  expect(batches(server.last)).toEqual([[1, 2, 3]]);
  const ids = server.last.sent('publish').flatMap((request) => messages(request).map(({ id }) => id));
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
});

it('sends at most 100 messages in a frame', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await Promise.all(Array.from({ length: 250 }, (_, payload) => holdfast.publish('orders', 'created', payload)));
  expect(batches(server.last).map(({ length }) => length)).toEqual([100, 100, 50]);
});

it('sends a frame that is full while the rest of the turn is made ready', async () => {
  const { holdfast, server } = await aConnectedWorld();
  const published: Promise<unknown>[] = [];
  const sent: number[] = [];
  for (let payload = 1; payload <= 201; payload++) {
    published.push(holdfast.publish('orders', 'created', payload));
    if (batches(server.last).length > sent.length) sent.push(payload);
  }
  expect(sent).toEqual([100, 200]);
  await Promise.all(published);
  expect(batches(server.last).flat()).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
});

it('sends smaller frames to a server that answers quickly, so that the next is made meanwhile, and full ones to others', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  const publish100 = () =>
    Promise.all(Array.from({ length: 100 }, (_, payload) => holdfast.publish('orders', 'created', payload)));
  await publish100();
  await publish100();
  server.answer = () => undefined;
  const published = publish100();
  await turn();
  server.answer = answered;
  await time.pass(10);
  for (const request of server.last.sent('publish').slice(-2))
    server.last.say({ ...answered(request), ref: request.ref });
  await published;
  await publish100();
  expect(batches(server.last).map(({ length }) => length)).toEqual([100, 50, 50, 50, 50, 100]);
});

it('sends at most 32 KB in a frame', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await Promise.all(Array.from({ length: 10 }, () => holdfast.publish('orders', 'created', 'ä'.repeat(5_000))));
  const frames = server.last.sent('publish').map((request) => Buffer.byteLength(JSON.stringify(request)));
  expect(Math.max(...frames)).toBeLessThanOrEqual(32_768);
  expect(frames).toHaveLength(4);
});

it('has no more than 16 frames under way, so that what comes meanwhile shares the next', async () => {
  const { holdfast, server } = await aConnectedWorld();
  server.answer = () => undefined;
  const published: Promise<unknown>[] = [];
  for (let payload = 0; payload < 50; payload++) {
    published.push(holdfast.publish('orders', 'created', payload));
    await turn();
  }
  expect(batches(server.last)).toHaveLength(16);
  server.answer = answered;
  for (const request of server.last.sent('publish')) server.last.say({ ...answered(request), ref: request.ref });
  await Promise.all(published);
  expect(batches(server.last).map(({ length }) => length)).toEqual([...Array(16).fill(1), 34]);
});

it('sends messages of different queues in different frames', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await Promise.all(['a', 'a', 'b', 'a'].map((queue) => holdfast.publish(queue, 'created')));
  expect(server.last.sent('publish').map(({ queue }) => queue)).toEqual(['a', 'b', 'a']);
});

it('sends again, with the same id, what was not answered when the connection broke', async () => {
  const world = await aConnectedWorld();
  const first = await publishedOverTwo(world, () => world.holdfast.publish('orders', 'created', { id: 7 }));
  expect(first).toBeDefined();
  expect(world.server.last.sent('publish')).toEqual([first]);
});

it('sends what waited for the first connection in the order in which it was published', async () => {
  const { holdfast, server } = aWorld();
  const published = Promise.all([1, 2, 3].map((payload) => holdfast.publish('orders', 'created', payload)));
  await turn();
  server.last.welcome();
  await published;
  expect(batches(server.last)).toEqual([[1, 2, 3]]);
});

it('rejects what is published beyond the buffer while there is no connection, and says that it may be tried again', async () => {
  const { holdfast, server } = aWorld({ buffer: 2 });
  const waiting = [1, 2].map((payload) => holdfast.publish('orders', 'created', payload));
  const rejected = holdfast.publish('orders', 'created', 3);
  await expect(rejected).rejects.toBeInstanceOf(BufferFull);
  await expect(rejected).rejects.toMatchObject({ code: 'buffer_full', retryable: true });
  await turn();
  server.last.welcome();
  await Promise.all(waiting);
  await holdfast.publish('orders', 'created', 3);
});

it.each([
  ['invalid', 'InvalidRequest', false],
  ['forbidden', 'Forbidden', false],
  ['rate_limited', 'RateLimited', true],
  ['unavailable', 'Unavailable', true],
  ['internal', 'ServerFault', false],
])('rejects with what the server answers: %s is %s', async (code, name, retryable) => {
  const { holdfast, server } = await aConnectedWorld();
  server.answer = () => ({ type: 'error', code, message: 'so it is', retryable, retryAfter: 3 });
  await expect(holdfast.publish('orders', 'created')).rejects.toMatchObject({ code, name, retryable });
});

it('rejects only the message that is at fault of those that shared a frame', async () => {
  const { holdfast, server } = await aConnectedWorld();
  server.answer = (request) =>
    messages(request).some(({ event }) => event === '*')
      ? { type: 'error', code: 'invalid', message: 'messages[1].event must not be *', retryable: false }
      : answered(request);
  const published = await Promise.allSettled(['a', '*', 'b'].map((event) => holdfast.publish('orders', event)));
  expect(published.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(server.last.sent('publish').map((request) => messages(request).map(({ event }) => event))).toEqual([
    ['a', '*', 'b'],
    ['a'],
    ['*'],
    ['b'],
  ]);
});

it('does not send what is larger than a frame may be, for that would cost the connection', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await expect(holdfast.publish('orders', 'created', 'x'.repeat(40_000))).rejects.toBeInstanceOf(TooLarge);
  await expect(
    holdfast.request({ action: 'reject', queue: 'orders', seqs: [1], reason: 'x'.repeat(40_000) }),
  ).rejects.toBeInstanceOf(TooLarge);
  expect(server.last.received).toEqual([]);
});

it.each<[unknown]>([[1n], [() => 1], [Symbol('seven')], [Number.NaN], [Number.NEGATIVE_INFINITY], [{ id: 1n }]])(
  'rejects %p, a payload that is no JSON value',
  async (payload) => {
    const { holdfast, server } = await aConnectedWorld();
    for (const refused of [
      holdfast.publish('orders', 'created', payload),
      holdfast.request({ action: 'publish', queue: 'orders', event: 'created', payload }),
      holdfast.request({ action: 'publish', queue: 'orders', messages: [{ event: 'created', payload }] }),
    ])
      await expect(refused).rejects.toBeInstanceOf(InvalidRequest);
    expect(server.last.received).toEqual([]);
  },
);

it('publishes null where a payload is left out, and as JSON.stringify has it for what is within one', async () => {
  const { holdfast, server } = await aConnectedWorld();
  await Promise.all([undefined, { at: Number.NaN }].map((payload) => holdfast.publish('orders', 'created', payload)));
  expect(batches(server.last)).toEqual([[null, { at: null }]]);
});

it('sends the payload as it was when it was published', async () => {
  const { holdfast, server } = await aConnectedWorld();
  const payload = { id: 7 };
  const published = holdfast.publish('orders', 'created', payload);
  payload.id = 8;
  await published;
  expect(batches(server.last)).toEqual([[{ id: 7 }]]);
});

it('calls off what was not sent yet when its signal says so', async () => {
  const { holdfast, server } = aWorld();
  const aborting = new AbortController();
  const calledOff = holdfast.publish('orders', 'created', 1, { signal: aborting.signal });
  const published = holdfast.publish('orders', 'created', 2);
  aborting.abort(new Error('no longer'));
  await expect(calledOff).rejects.toThrow('no longer');
  await turn();
  server.last.welcome();
  await published;
  expect(batches(server.last)).toEqual([[2]]);
});

it('counts what was called off as waiting no longer: neither for the buffer, nor for a close', async () => {
  const { holdfast } = aWorld({ buffer: 2 });
  const aborting = new AbortController();
  const calledOff = [1, 2].map((payload) =>
    expect(holdfast.publish('orders', 'created', payload, { signal: aborting.signal })).rejects.toBe('no longer'),
  );
  aborting.abort('no longer');
  await Promise.all(calledOff);
  const next = new AbortController();
  const waiting = expect(holdfast.publish('orders', 'created', 3, { signal: next.signal })).rejects.toBe('nor this');
  const closed = holdfast.close();
  next.abort('nor this');
  await waiting;
  await closed;
});

it('does not send again what was called off under way in a frame that was refused', async () => {
  const { holdfast, server } = await aConnectedWorld();
  server.answer = () => undefined;
  const aborting = new AbortController();
  const calledOff = expect(holdfast.publish('orders', 'created', 1, { signal: aborting.signal })).rejects.toBe(
    'no longer',
  );
  const published = holdfast.publish('orders', 'created', 2);
  await turn();
  aborting.abort('no longer');
  await calledOff;
  server.answer = answered;
  const [refused] = server.last.sent('publish');
  server.last.say({ type: 'error', ref: refused?.ref, code: 'invalid', message: 'so it is', retryable: false });
  await published;
  expect(batches(server.last)).toEqual([[1, 2], [2]]);
});

it('sends what was unanswered when the connection was lost before what is published as the next one opens', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  server.answer = () => undefined;
  const before = holdfast.publish('orders', 'created', 'before');
  await turn();
  const after: Promise<unknown>[] = [];
  holdfast.on('state', ({ state }) => {
    if (state !== 'open') return;
    for (let payload = 0; payload < 100; payload++) after.push(holdfast.publish('orders', 'created', payload));
  });
  server.last.hangUp();
  server.answer = answered;
  await time.pass(1_000);
  server.last.welcome();
  await before;
  await Promise.all(after);
  expect(batches(server.last).map(([first]) => first)).toEqual(['before', 0]);
});

it('answers what it has sent before it closes, and refuses what comes after', async () => {
  const { holdfast, server } = await aConnectedWorld();
  const published = holdfast.publish('orders', 'created', 1);
  await holdfast.close();
  expect(await published).toMatchObject({ duplicate: false });
  expect(server.last.isClosed).toBe(true);
  await expect(holdfast.publish('orders', 'created', 2)).rejects.toBeInstanceOf(Closed);
});
