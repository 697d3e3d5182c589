import { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { WebSocketPusher } from '../../../adapters/websocket';
import { authenticate, type ClientId } from '../../../broker';
import { Connections } from '../../../server/connections';
import { createWorld } from '../usecases/world';

const PING_EVERY_MS = 30_000;

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** One that counts as open, and goes nowhere. */
function aWebSocket() {
  const webSocket = new WebSocket('ws://127.0.0.1:9').on('error', () => undefined);
  webSocket.terminate();
  const sent: { type: string; code?: number }[] = [];
  jest.spyOn(webSocket, 'readyState', 'get').mockReturnValue(WebSocket.OPEN);
  jest
    .spyOn(webSocket, 'send')
    .mockImplementation((frame) => void sent.push(JSON.parse(Buffer.from(frame as Uint8Array).toString())));
  const ping = jest.spyOn(webSocket, 'ping').mockImplementation(() => void webSocket.emit('pong'));
  const close = jest.spyOn(webSocket, 'close').mockImplementation((code, reason) => {
    webSocket.emit('close', code, reason);
  });
  return { webSocket, sent, ping, close };
}

/** A server's connections, one of which was accepted. */
async function aConnection() {
  const world = createWorld();
  const pusher = new WebSocketPusher();
  const ports = { ...world.ports, pusher };
  const connections = new Connections(ports, pusher, authenticate());
  const made = aWebSocket();
  await turns();
  connections.accept(made.webSocket, new Socket(), { client: 'billing' as ClientId });
  await turns();
  const [id] = connections.ids();
  /** The clock moves by this, and the timers only on to the next ping. */
  const step = async (ms: number) => {
    await world.pass(ms);
    jest.advanceTimersByTime(PING_EVERY_MS);
    await turns();
  };
  return { ...world, ...made, id, step, ids: () => [...connections.ids()] };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

test('A connection whose lifetime passed while the machine was suspended is told so and closed', async () => {
  const { ports, sent, close, id, ids, step } = await aConnection();
  expect(sent).toMatchObject([{ type: 'welcome' }]);
  await step(ports.settings.connectionLifetime);
  expect(sent).toMatchObject([{ type: 'welcome' }, { type: 'goodbye', code: 4200, reconnect: true }]);
  expect(close).toHaveBeenCalledWith(4200, expect.any(String));
  expect(ids()).toEqual([]);
  expect(id && (await ports.connections.get(id, 0))).toBeUndefined();
  expect((await ports.clients.get('billing' as ClientId, 0)).connections).toEqual([]);
});

test('A connection stays open, and is pinged, up to the last moment of its lifetime', async () => {
  const { ports, ping, close, id, ids, step } = await aConnection();
  await step(ports.settings.connectionLifetime - 1);
  expect(ping).toHaveBeenCalledTimes(1);
  expect(close).not.toHaveBeenCalled();
  expect(ids()).toEqual([id]);
});
