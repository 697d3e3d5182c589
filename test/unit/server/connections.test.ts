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
  const terminate = jest.spyOn(webSocket, 'terminate').mockImplementation(() => void webSocket.emit('close', 1006));
  const close = jest.spyOn(webSocket, 'close').mockImplementation((code, reason) => {
    webSocket.emit('close', code, reason);
  });
  return { webSocket, sent, ping, terminate, close };
}

/** A server's connections, one of which was accepted. */
async function aConnection() {
  const world = createWorld();
  const pusher = new WebSocketPusher();
  const ports = { ...world.ports, pusher };
  const connections = new Connections(ports, pusher, authenticate());
  const made = aWebSocket();
  await turns();
  const socket = new Socket();
  connections.accept(made.webSocket, socket, { client: 'billing' as ClientId });
  await turns();
  const [id] = connections.ids();
  /** The clock moves by this, and the timers only on to the next ping. */
  const step = async (ms: number) => {
    await world.pass(ms);
    jest.advanceTimersByTime(PING_EVERY_MS);
    await turns();
  };
  return { ...world, ...made, socket, id, step, ids: () => [...connections.ids()] };
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

describe('A connection that does not answer the ping', () => {
  async function aSilentConnection() {
    const made = await aConnection();
    made.ping.mockImplementation(() => undefined);
    const waiting = jest.spyOn(made.webSocket, 'bufferedAmount', 'get').mockReturnValue(0);
    return { ...made, waiting, pass: () => made.step(PING_EVERY_MS) };
  }

  test('is cut off at the next', async () => {
    const { pass, terminate, ids } = await aSilentConnection();
    await pass();
    expect(terminate).not.toHaveBeenCalled();
    await pass();
    expect(terminate).toHaveBeenCalledTimes(1);
    expect(ids()).toEqual([]);
  });

  test('stays open as long as frames come from it', async () => {
    const { pass, webSocket, terminate } = await aSilentConnection();
    for (let n = 0; n < 4; n++) {
      await pass();
      webSocket.emit('message', Buffer.from('{"action":"ping"}'), false);
    }
    expect(terminate).not.toHaveBeenCalled();
  });

  test('stays open while something waits for it, behind which the ping would be', async () => {
    const { pass, ping, waiting, terminate } = await aSilentConnection();
    await pass();
    waiting.mockReturnValue(1_000_000);
    for (let n = 0; n < 4; n++) await pass();
    expect(terminate).not.toHaveBeenCalled();
    waiting.mockReturnValue(0);
    await pass();
    expect(ping).toHaveBeenCalledTimes(2);
    expect(terminate).not.toHaveBeenCalled();
    await pass();
    expect(terminate).toHaveBeenCalledTimes(1);
  });

  test('is cut off when nothing of what waits for it is taken for a while', async () => {
    const { socket, waiting, terminate } = await aSilentConnection();
    expect(socket.timeout).toBe(60_000);
    socket.emit('timeout');
    expect(terminate).not.toHaveBeenCalled();
    waiting.mockReturnValue(1_000_000);
    socket.emit('timeout');
    expect(terminate).toHaveBeenCalledTimes(1);
  });
});
