import { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { FrameSocket, WebSocketPusher } from '../../../adapters/websocket';
import {
  authenticate,
  type ClientId,
  type ConnectionId,
  NO_GRANTS,
  type Ports,
  Rates,
  Unavailable,
} from '../../../broker';
import { Connections } from '../../../server/connections';
import { Revocations } from '../../../server/revocations';
import { Session } from '../../../server/session';
import { beforehand, once } from '../usecases/interpose';
import { createWorld, QUEUE } from '../usecases/world';

const fail = () => {
  throw new Unavailable('the disk is full');
};

/** Where nobody is, of which nothing is heard. */
function aWebSocket(): WebSocket {
  const webSocket = new WebSocket('ws://127.0.0.1:9').on('error', () => undefined);
  jest.spyOn(webSocket, 'once').mockReturnThis();
  webSocket.terminate();
  return webSocket;
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

const rejections: unknown[] = [];
const listen = (error: unknown) => void rejections.push(error);
beforeAll(() => process.on('unhandledRejection', listen));
afterAll(() => process.off('unhandledRejection', listen));

/** Ports of which one method fails when it is called first after `arm`. */
function aWorld(between: (ports: Ports, failing: () => void) => Partial<Ports>) {
  const failing = once(fail);
  const world = createWorld({ between: (ports) => between(ports, failing) });
  return { ...world, arm: failing.arm };
}

describe('a port that fails while nobody waits for it', () => {
  afterEach(async () => {
    jest.useRealTimers();
    await turns();
    // By default, one ends the process.
    expect(rejections).toEqual([]);
  });

  function session(ports: Ports, more: object = {}) {
    const frames = new FrameSocket(aWebSocket(), new Socket());
    const sent: unknown[] = [];
    jest.spyOn(frames, 'isOpen', 'get').mockReturnValue(true);
    jest.spyOn(frames, 'send').mockImplementation((frame) => void sent.push(JSON.parse(String(frame))));
    const caller = { client: 'billing' as ClientId, connection: 'here' as ConnectionId, ...more };
    const rates = new Rates(ports.settings.quotas, ports.clock);
    const made = new Session(ports, caller, frames, rates, Promise.resolve(), authenticate(), () => () => undefined);
    return { sent, receive: (frame: object) => made.receive(Buffer.from(JSON.stringify(frame)), false) };
  }

  it('has a request answered with an error, and costs no other request', async () => {
    const world = aWorld(({ connections }, failing) => ({ connections: beforehand(connections, 'get', failing) }));
    const { sent, receive } = session(world.ports, { access: { grants: NO_GRANTS } });
    world.arm();
    receive({ action: 'ping', ref: '1' });
    receive({ action: 'ping', ref: '2' });
    await turns();
    expect(sent).toMatchObject([{ type: 'error', ref: '1', code: 'unavailable' }, { ref: '2' }]);
  });

  it('costs no request and no process when it is to carry a wake-up', async () => {
    const world = aWorld(({ wakeUps }, failing) => ({ wakeUps: beforehand(wakeUps, 'send', failing) }));
    const { sent, receive } = session(world.ports);
    receive({ action: 'subscribe', queue: QUEUE });
    await turns();
    world.arm();
    receive({ action: 'catchup', queue: QUEUE });
    receive({ action: 'ping', ref: '2' });
    await turns();
    expect(sent).toMatchObject([{ type: 'subscribed' }, { type: 'catchup' }, { type: 'pong', ref: '2' }]);
    expect(world.reports).toMatchObject([{ what: 'a wake-up could not be sent' }]);
  });

  it('is reported where a connection has come to the end of its life', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    const world = aWorld(({ connections }, failing) => ({ connections: beforehand(connections, 'remove', failing) }));
    const connections = new Connections(world.ports, new WebSocketPusher(), authenticate());
    connections.accept(aWebSocket(), new Socket(), { client: 'billing' as ClientId });
    await turns();
    world.arm();
    jest.advanceTimersByTime(world.ports.settings.connectionLifetime);
    await turns();
    expect(world.reports).toContainEqual(expect.objectContaining({ what: 'a connection could not be begun or ended' }));
  });

  it('is reported where it is to tell whose key was revoked, and looked again', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    const get = jest.fn();
    const world = aWorld(({ connections }, failing) => ({
      connections: beforehand(beforehand(connections, 'get', failing), 'get', get),
    }));
    const revocations = new Revocations(world.ports, () => ['here' as ConnectionId]);
    world.arm();
    jest.advanceTimersByTime(2_000);
    await turns();
    expect(world.reports).toMatchObject([{ what: 'revoked keys could not be looked for' }]);
    jest.advanceTimersByTime(2_000);
    await turns();
    expect(get).toHaveBeenCalledTimes(2);
    revocations.stop();
  });
});
