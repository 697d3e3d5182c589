import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { connect, type HoldfastError, InvalidRequest } from '../../client';
import { eventually } from '../eventually';
import { aConnectedWorld, aWorld } from './fake/client';
import { answered, FakeServer, type FakeSocket, type Received } from './fake/server';
import { FakeTime, turn } from './fake/time';

const kept = { bufferStore: 'indexeddb' } as const;

beforeEach(() => {
  Object.assign(globalThis, { indexedDB: new IDBFactory() });
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'indexedDB');
});

const payloads = (socket: FakeSocket): unknown[] =>
  socket.sent('publish').flatMap(({ messages }) => (Array.isArray(messages) ? messages.map((one) => one.payload) : []));

/** Waits until the store has got around to it. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

/** An earlier life of the page, which could not send these. */
async function leaving(...left: unknown[]): Promise<void> {
  const { holdfast } = aWorld(kept);
  for (const payload of left)
    holdfast.publish('orders', 'created', payload, { id: `order-${payload}` }).catch(() => undefined);
  await settled();
}

/** A later life of the page, and the failures it tells of. */
async function aLaterLife(answer: (request: Received) => object | undefined) {
  const world = aWorld(kept);
  const failures: HoldfastError[] = [];
  world.holdfast.on('error', (error) => failures.push(error));
  world.server.answer = answer;
  await turn();
  world.server.last.welcome();
  await settled();
  return { ...world, failures };
}

const refusing = (code: string, fields: object = {}) => ({
  type: 'error',
  code,
  message: 'so it is',
  retryable: false,
  ...fields,
});

it('sends, in order and with their ids, what an earlier life of the page could not', async () => {
  const before = aWorld(kept);
  for (const payload of [1, 2, 3]) before.holdfast.publish('orders', 'created', payload).catch(() => undefined);
  await settled();
  const after = await aConnectedWorld(kept);
  await eventually(
    () => payloads(after.server.last),
    (found) => found.length === 3,
  );
  expect(payloads(after.server.last)).toEqual([1, 2, 3]);
});

it('sends nothing again that was answered', async () => {
  const before = await aConnectedWorld(kept);
  await before.holdfast.publish('orders', 'created', 1);
  before.server.answer = () => undefined;
  before.holdfast.publish('orders', 'created', 2).catch(() => undefined);
  await settled();
  const after = await aConnectedWorld(kept);
  await eventually(
    () => payloads(after.server.last),
    (found) => found.length > 0,
  );
  expect(payloads(after.server.last)).toEqual([2]);
});

it('keeps what waits when the client is closed, for its next life', async () => {
  const before = aWorld(kept);
  const waiting = expect(before.holdfast.publish('orders', 'created', 1)).rejects.toMatchObject({ code: 'closed' });
  await settled();
  const closing = before.holdfast.close();
  await before.time.pass(5_000);
  await closing;
  await waiting;
  const after = await aConnectedWorld(kept);
  await eventually(
    () => payloads(after.server.last),
    (found) => found.length === 1,
  );
});

it('keeps what was sent and not answered when the client is closed', async () => {
  const before = await aConnectedWorld(kept);
  before.server.answer = () => undefined;
  const unanswered = expect(before.holdfast.publish('orders', 'created', 1)).rejects.toMatchObject({ code: 'closed' });
  await settled();
  const closing = before.holdfast.close();
  await before.time.pass(5_000);
  await closing;
  await unanswered;
  await settled();
  const after = await aConnectedWorld(kept);
  await eventually(
    () => payloads(after.server.last),
    (found) => found.length === 1,
  );
});

it('forgets what its signal called off, and what the server refused', async () => {
  const before = await aConnectedWorld(kept);
  before.server.answer = () => ({ type: 'error', code: 'forbidden', message: 'not yours', retryable: false });
  await expect(before.holdfast.publish('orders', 'created', 1)).rejects.toMatchObject({ code: 'forbidden' });
  before.server.last.hangUp();
  const aborting = new AbortController();
  const calledOff = before.holdfast.publish('orders', 'created', 2, { signal: aborting.signal });
  aborting.abort(new Error('no longer'));
  await expect(calledOff).rejects.toThrow('no longer');
  await settled();
  const after = await aConnectedWorld(kept);
  await settled();
  expect(payloads(after.server.last)).toEqual([]);
});

it('sends nothing of what another client left', async () => {
  const other = aWorld({ ...kept, clientId: 'audit' });
  other.holdfast.publish('orders', 'created', 1).catch(() => undefined);
  await settled();
  const after = await aConnectedWorld(kept);
  await settled();
  expect(payloads(after.server.last)).toEqual([]);
});

it('publishes all the same where there is nowhere to keep it, and says so', async () => {
  Reflect.deleteProperty(globalThis, 'indexedDB');
  const { holdfast, server } = aWorld(kept);
  const errors: string[] = [];
  holdfast.on('error', ({ code }) => errors.push(code));
  const published = holdfast.publish('orders', 'created', 1);
  await turn();
  server.last.welcome();
  expect(await published).toMatchObject({ duplicate: false });
  expect(errors).toContain('store_failed');
});

it('publishes all the same where a commit fails for want of room, and says so', async () => {
  const outbox: { add(value: object): EventTarget & { transaction: { abort(): void } } } = IDBObjectStore.prototype;
  const { add } = outbox;
  const adding = jest.spyOn(outbox, 'add').mockImplementation(function (this: typeof outbox, value) {
    const request = add.call(this, value);
    // The quota is looked at after the request has succeeded.
    request.addEventListener('success', () => request.transaction.abort());
    return request;
  });
  const { holdfast, server } = await aConnectedWorld(kept);
  const errors: string[] = [];
  holdfast.on('error', ({ code }) => errors.push(code));
  expect(await holdfast.publish('orders', 'created', 1)).toMatchObject({ duplicate: false });
  await settled();
  adding.mockRestore();
  expect(payloads(server.last)).toEqual([1]);
  expect(errors).toEqual(['store_failed']);
});

it('keeps nothing that it refuses itself', async () => {
  const before = aWorld(kept);
  const { holdfast } = before;
  const large = holdfast.publish('orders', 'created', 'x'.repeat(40_000));
  await expect(large).rejects.toMatchObject({ code: 'too_large' });
  const calledOff = holdfast.publish('orders', 'created', 1, { signal: AbortSignal.abort('no need') });
  await expect(calledOff).rejects.toBe('no need');
  holdfast.publish('orders', 'created', 2).catch(() => undefined);
  await settled();
  const after = await aConnectedWorld(kept);
  const failures: unknown[] = [];
  after.holdfast.on('error', (error) => failures.push(error));
  await eventually(
    () => payloads(after.server.last),
    (found) => found.length > 0,
  );
  expect(payloads(after.server.last)).toEqual([2]);
  expect(failures).toEqual([]);
});

it('does not wait for what an earlier life left when it fails to connect', async () => {
  const before = aWorld(kept);
  before.holdfast.publish('orders', 'created', 1).catch(() => undefined);
  await settled();
  before.holdfast.close();
  await before.time.pass(5_000);
  const time = new FakeTime();
  const { WebSocket } = new FakeServer();
  const failed = expect(
    connect('ws://fake', { ...kept, clientId: 'billing', webSocket: WebSocket, timers: time, connectTimeout: 1_000 }),
  ).rejects.toMatchObject({ code: 'unreachable' });
  await settled();
  await time.pass(1_000);
  await failed;
});

it.each([
  ['as long as the server says', refusing('rate_limited', { retryable: true, retryAfter: 7 }), 7_000],
  ['for a while that grows', refusing('unavailable', { retryable: true }), 500],
])(
  'sends again, in order, what a server does not take for now, after it has waited %s',
  async (_how, refusal, pause) => {
    await leaving(1, 2, 3);
    const { server, time, failures } = await aLaterLife(() => refusal);
    expect(payloads(server.last)).toEqual([1, 2, 3]);
    await time.pass(pause - 1);
    expect(payloads(server.last)).toHaveLength(3);
    await time.pass(1);
    expect(payloads(server.last)).toEqual([1, 2, 3, 1, 2, 3]);
    server.answer = answered;
    await time.pass(2 * pause);
    expect(payloads(server.last)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    expect(failures).toEqual([]);
    await settled();
    const after = await aLaterLife(answered);
    expect(payloads(after.server.last)).toEqual([]);
  },
);

it('sends nothing of a queue that was left after what the server does not take for now', async () => {
  await leaving(...Array.from({ length: 150 }, (_, index) => index));
  let frames = 0;
  const { server, time } = await aLaterLife((request) => {
    frames += 1;
    return frames === 1 ? refusing('rate_limited', { retryable: true, retryAfter: 7 }) : answered(request);
  });
  expect(payloads(server.last)).toHaveLength(100);
  await time.pass(7_000);
  await settled();
  expect(payloads(server.last).slice(100)).toEqual(Array.from({ length: 150 }, (_, index) => index));
});

it.each(['unauthenticated', 'internal'])('keeps for a later life what was refused as %s, and says so', async (code) => {
  await leaving(1, 2);
  const { server, failures } = await aLaterLife(() => refusing(code));
  expect(payloads(server.last)).toEqual([1, 2]);
  expect(failures).toMatchObject([{ code }]);
  const after = await aLaterLife(answered);
  expect(payloads(after.server.last)).toEqual([1, 2]);
});

it('forgets what an earlier life left if the server refuses it, and tells of each which it was', async () => {
  await leaving(1, 2, 3);
  const { server, failures } = await aLaterLife((request) =>
    JSON.stringify(request).includes('order-2') ? refusing('invalid') : answered(request),
  );
  expect(payloads(server.last)).toEqual([1, 2, 3, 1, 2, 3]);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toBeInstanceOf(InvalidRequest);
  expect(failures[0]).toMatchObject({ code: 'invalid', message: expect.stringMatching(/order-2.*orders.*so it is/) });
  await settled();
  const after = await aLaterLife(answered);
  expect(payloads(after.server.last)).toEqual([]);
});

it('tells of no failure when a page is closed that is offline, and keeps what an earlier one left', async () => {
  await leaving(1, 2);
  const { holdfast, time } = aWorld(kept);
  const failures: unknown[] = [];
  holdfast.on('error', (error) => failures.push(error));
  await settled();
  const closing = holdfast.close();
  await time.pass(5_000);
  await closing;
  await settled();
  expect(failures).toEqual([]);
  const after = await aLaterLife(answered);
  expect(payloads(after.server.last)).toEqual([1, 2]);
});

it('does not send again what waited for that when the client was closed', async () => {
  await leaving(1);
  const { holdfast, server, time, failures } = await aLaterLife(() => refusing('unavailable', { retryable: true }));
  const closing = holdfast.close();
  await time.pass(60_000);
  await closing;
  expect(payloads(server.last)).toEqual([1]);
  expect(failures).toEqual([]);
});
