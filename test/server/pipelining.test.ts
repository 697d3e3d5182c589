import type { Socket } from 'node:net';
import type WebSocket from 'ws';
import { aServer, connectTo } from './own';

const REQUESTS = 1_000;

/** The refs of the replies so far, in the order in which they came. */
const refsOf = (frames: readonly { ref?: string }[]): number[] =>
  frames.flatMap(({ ref }) => (ref === undefined || Number.isNaN(Number(ref)) ? [] : [Number(ref)]));

/** What `ws` writes to. */
const socketOf = ({ socket }: { readonly socket: WebSocket }): Socket =>
  (socket as WebSocket & { readonly _socket: Socket })._socket;

const ascending = Array.from({ length: REQUESTS }, (_, index) => index);

test('A thousand publishes sent at once are answered in their order, with their numbers in that order', async () => {
  const wire = await connectTo(await aServer());
  for (const n of ascending) wire.send({ action: 'publish', queue: 'orders', event: 'add', payload: n, ref: `${n}` });
  await wire.reply(`${REQUESTS - 1}`);
  expect(refsOf(wire.received)).toEqual(ascending);
  expect(wire.received.flatMap((frame) => ('seq' in frame ? [frame.seq] : []))).toEqual(ascending.map((n) => n + 1));
});

test('A thousand requests of all kinds sent at once are answered one after the other, each seeing those before', async () => {
  const wire = await connectTo(await aServer());
  for (const n of ascending) {
    const ref = `${n}`;
    const queue = `queue ${n - (n % 4)}`;
    if (n % 4 === 0) wire.send({ action: 'subscribe', queue, ref });
    else if (n % 4 === 1) wire.send({ action: 'list', what: 'subscriptions', queue, ref });
    else if (n % 4 === 2) wire.send({ action: 'unsubscribe', queue, ref });
    else wire.send(n % 8 === 3 ? { action: 'ping', ref } : { action: 'subscribe', queue, events: 7, ref });
  }
  await wire.reply(`${REQUESTS - 1}`);
  expect(refsOf(wire.received)).toEqual(ascending);
  const types = wire.received.slice(1).map((frame) => (frame.type === 'list' ? frame.items.length : frame.type));
  const eight = ['subscribed', 1, 'unsubscribed', 'pong', 'subscribed', 1, 'unsubscribed', 'error'];
  expect(types).toEqual(ascending.map((n) => eight[n % 8]));
});

test('A publish that follows a subscribe at once is delivered, and what follows the publish is not held up by it', async () => {
  const wire = await connectTo(await aServer());
  wire.send({ action: 'subscribe', queue: 'orders', ref: 'first' });
  wire.send({ action: 'publish', queue: 'orders', event: 'add' });
  wire.send({ action: 'ping', ref: 'last' });
  expect(await wire.reply('first')).toMatchObject({ type: 'subscribed', next: 1 });
  expect(await wire.receive('orders', 1)).toMatchObject([{ seq: 1, attempt: 1 }]);
  expect(await wire.reply('last')).toMatchObject({ type: 'pong' });
});

test('A hundred acks sent at once are followed by what they make room for in few frames', async () => {
  const wire = await connectTo(await aServer());
  wire.send({ action: 'subscribe', queue: 'orders', maxInFlight: 100, ref: 'subscribed' });
  await wire.reply('subscribed');
  const messages = Array.from({ length: 100 }, () => ({ event: 'add' }));
  for (const ref of ['a', 'b']) wire.send({ action: 'publish', queue: 'orders', messages, ref });
  await wire.receive('orders', 100);
  const before = wire.received.length;
  const socket = socketOf(wire);
  socket.cork();
  for (let seq = 1; seq <= 100; seq++) wire.send({ action: 'ack', queue: 'orders', seqs: [seq] });
  socket.uncork();
  await wire.receive('orders', 100);
  expect(wire.received.slice(before).filter(({ type }) => type === 'messages').length).toBeLessThan(20);
});
