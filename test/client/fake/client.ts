import { type ConnectOptions, Holdfast } from '../../../client';
import { answered, FakeServer, type Received } from './server';
import { FakeTime, turn } from './time';

/** A client, the server it talks to, and the time both live in. */
export interface World {
  readonly server: FakeServer;
  readonly time: FakeTime;
  readonly holdfast: Holdfast;
}

const open: Holdfast[] = [];

afterEach(async () => {
  for (const holdfast of open.splice(0)) void holdfast.close();
});

/** A client that has begun to connect. */
export function aWorld(options: ConnectOptions = {}): World {
  const server = new FakeServer();
  const time = new FakeTime();
  const holdfast = new Holdfast('ws://fake', {
    clientId: 'billing',
    webSocket: server.WebSocket,
    timers: time,
    ...options,
  });
  open.push(holdfast);
  return { server, time, holdfast };
}

/** A client that is connected. */
export async function aConnectedWorld(options: ConnectOptions = {}, welcome: object = {}): Promise<World> {
  const world = aWorld(options);
  await turn();
  world.server.last.welcome(welcome);
  await turn();
  return world;
}

/**
 * Has the client publish over a connection that breaks before the answer, and be answered over the next.
 *
 * @returns what it sent first.
 */
export async function publishedOverTwo(
  { server, time }: World,
  publish: () => Promise<unknown>,
): Promise<Received | undefined> {
  server.answer = () => undefined;
  const published = publish();
  await turn();
  const [first] = server.last.sent('publish');
  server.last.hangUp();
  server.answer = answered;
  await time.pass(500);
  server.last.welcome();
  await published;
  return first;
}

/** Has the client handle the queue `orders`; tells what was handled, as `seq:attempt`, until the test says how to. */
export async function handling(
  { holdfast }: World,
  {
    handle = () => undefined,
    ...options
  }: Parameters<Holdfast['consume']>[1] & { handle?: (seq: number) => unknown } = {},
): Promise<string[]> {
  const handled: string[] = [];
  await holdfast.consume('orders', options, ({ seq, attempt }) => {
    handled.push(`${seq}:${attempt}`);
    return handle(seq);
  });
  return handled;
}
