import { connect, Dismissed, Unauthenticated, Unreachable } from '../../client';
import { aConnectedWorld, aWorld } from './fake/client';
import { FakeServer } from './fake/server';
import { FakeTime, turn } from './fake/time';

it('tells its states as it connects, loses the connection, finds it again and is closed', async () => {
  const { holdfast, server, time } = aWorld();
  const states = [holdfast.state];
  holdfast.on('state', ({ state }) => states.push(state));
  await turn();
  server.last.welcome();
  server.last.hangUp();
  await time.pass(1_000);
  server.last.welcome();
  await holdfast.close();
  expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open', 'closed']);
});

it('pauses at random within a span that doubles from 1 to 30 seconds', async () => {
  const { server, time } = aWorld();
  const pauses: number[] = [];
  for (let tries = 1; tries <= 7; tries++) {
    await turn();
    server.last.hangUp();
    const began = time.now();
    while (server.sockets.length === tries) await time.pass(100);
    pauses.push(time.now() - began);
  }
  // Half of each span, as chance is 0.5.
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

it('begins with a short pause again after a connection that lasted', async () => {
  const { server, time } = aWorld();
  for (let tries = 0; tries < 4; tries++) {
    await turn();
    server.last.hangUp();
    await time.pass(30_000);
  }
  server.last.welcome();
  await time.pass(10_000);
  server.last.hangUp();
  const tries = server.sockets.length;
  await time.pass(500);
  expect(server.sockets.length).toBe(tries + 1);
});

it('comes back at once where the goodbye says so', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  const goodbyes: unknown[] = [];
  holdfast.on('goodbye', (goodbye) => goodbyes.push(goodbye));
  server.last.goodbye(4200, 'the connection has reached its maximum lifetime');
  await time.pass(0);
  expect(server.sockets).toHaveLength(2);
  expect(goodbyes).toEqual([
    { code: 4200, reason: 'the connection has reached its maximum lifetime', reconnect: true },
  ]);
});

it('takes its time where it is sent away at once again and again', async () => {
  const { server, time } = await aConnectedWorld();
  server.last.goodbye(4200);
  await time.pass(0);
  server.last.welcome().goodbye(4200);
  await time.pass(900);
  expect(server.sockets).toHaveLength(2);
  await time.pass(200);
  expect(server.sockets).toHaveLength(3);
});

it('comes back after a pause where the server goes away for a while', async () => {
  const { server, time } = await aConnectedWorld();
  server.last.goodbye(4100);
  await time.pass(499);
  expect(server.sockets).toHaveLength(1);
  await time.pass(1);
  expect(server.sockets).toHaveLength(2);
});

it('never comes back where the goodbye says stop, and says why to all that waits', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  server.answer = () => undefined;
  const publish = holdfast.publish('orders', 'created', 1);
  const loop = holdfast.subscribe('orders').next();
  await turn();
  server.last.goodbye(4029, 'this client has 10 connections already');
  const refused = new Dismissed('this client has 10 connections already', 4029);
  await expect(publish).rejects.toEqual(refused);
  await expect(loop).rejects.toEqual(refused);
  await expect(holdfast.request({ action: 'ping' })).rejects.toMatchObject({ code: 'dismissed', closing: 4029 });
  await time.pass(100_000);
  expect(server.sockets).toHaveLength(1);
  expect(holdfast.state).toBe('closed');
});

it('notices within two heartbeats that a connection is dead', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  server.answer = () => undefined;
  await time.pass(480_000);
  expect(holdfast.state).toBe('reconnecting');
  expect(server.sockets[0]?.isClosed).toBe(true);
});

it.each([1_000, 239_000, 300_000])('does so likewise when it dies after %d ms of traffic', async (lived) => {
  const { server, time, holdfast } = await aConnectedWorld();
  for (let passed = 0; passed < lived; passed += 1_000) {
    await time.pass(1_000);
    await holdfast.request({ action: 'ping' });
  }
  server.answer = () => undefined;
  await time.pass(239_999);
  const before = server.last.sent('ping').length;
  await time.pass(1);
  expect(server.last.sent('ping')).toHaveLength(before + 1);
  await time.pass(239_999);
  expect(holdfast.state).toBe('open');
  await time.pass(1);
  expect(holdfast.state).toBe('reconnecting');
});

it('keeps a connection that answers, and sends one ping a heartbeat where there is nothing else to send', async () => {
  const { server, time, holdfast } = await aConnectedWorld({ heartbeat: 10 });
  await time.pass(100_000);
  expect(holdfast.state).toBe('open');
  expect(server.last.sent('ping')).toHaveLength(10);
});

it('looks at once whether the connection lives when the machine has slept', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  server.answer = () => undefined;
  await time.sleep(3_600_000);
  await time.pass(5_000);
  expect(holdfast.state).not.toBe('open');
  expect(server.sockets[0]?.isClosed).toBe(true);
});

it('sends again on the next connection what was not answered on the last', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  server.answer = () => undefined;
  const asked = holdfast.request({ action: 'list', what: 'queues' });
  server.last.hangUp();
  server.answer = () => ({ type: 'list', what: 'queues', items: [] });
  await time.pass(500);
  server.last.welcome();
  expect(await asked).toMatchObject({ items: [] });
});

it('gives up waiting for an answer after the time it is given, or when its signal says so', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  server.answer = () => undefined;
  const slow = holdfast.request({ action: 'ping' }, { timeout: 1_000 });
  const slowly = expect(slow).rejects.toMatchObject({ code: 'timeout', retryable: true });
  await time.pass(1_000);
  await slowly;
  const aborting = new AbortController();
  const aborted = holdfast.request({ action: 'ping' }, { signal: aborting.signal });
  aborting.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
});

it('tries again soon where an error alone tells that an attempt failed, as with the WebSocket of Node 22', async () => {
  const { server, time, holdfast } = aWorld();
  await turn();
  server.last.fail('Received network error or non-101 status code.');
  await time.pass(600);
  expect(server.sockets).toHaveLength(2);
  expect(holdfast.lastFailure).toBe('Received network error or non-101 status code.');
});

it('heeds the code of a close that follows the error', async () => {
  const { server, holdfast } = aWorld();
  await turn();
  server.last.fail();
  server.last.hangUp(4029);
  expect(holdfast.state).toBe('closed');
});

it('reads to its end why it was refused, though an error was told before', async () => {
  const { server, time, holdfast } = aWorld();
  await turn();
  let explain: (body: string) => void = () => undefined;
  server.last.fail('Unexpected server response: 401');
  server.last.refuse(401, new Promise((resolve) => (explain = resolve)));
  await time.pass(1_000);
  expect(holdfast.state).toBe('connecting');
  explain('your credential was revoked');
  await turn();
  expect(holdfast.state).toBe('closed');
  expect(holdfast.lastFailure).toMatch(/with 401: your credential was revoked$/);
});

it('asks for a token before every try, also after the server ended a connection whose token had expired', async () => {
  let tokens = 0;
  const { server, time } = aWorld({ token: async () => `t${++tokens}` });
  await turn();
  server.last.welcome();
  server.last.goodbye(4001, 'your credential has expired');
  await time.pass(0);
  server.last.refuse(401);
  await time.pass(1_000);
  expect(server.sockets.map(({ protocols }) => protocols)).toEqual([
    ['holdfast.v1', 'token.t1'],
    ['holdfast.v1', 'token.t2'],
    ['holdfast.v1', 'token.t3'],
  ]);
});

it('gives up where a token that cannot change is refused', async () => {
  const server = new FakeServer();
  const connecting = connect('ws://fake', { token: 'stale', webSocket: server.WebSocket, timers: new FakeTime() });
  await turn();
  server.last.refuse(401, 'your credential was revoked');
  await expect(connecting).rejects.toBeInstanceOf(Unauthenticated);
  await expect(connecting).rejects.toThrow(/with 401: your credential was revoked$/);
});

it('tries again when no token was to be had', async () => {
  let tries = 0;
  const token = () => {
    tries += 1;
    if (tries === 1) throw new Error('the identity provider is down');
    return 'good';
  };
  const { server, time, holdfast } = aWorld({ token });
  await turn();
  expect(holdfast.lastFailure).toContain('the identity provider is down');
  await time.pass(500);
  expect(server.sockets).toHaveLength(1);
});

it('asks for a token with growing pauses while none is to be had', async () => {
  const time = new FakeTime();
  const asked: number[] = [];
  const token = () => {
    asked.push(time.now());
    return Promise.reject(new Error('the identity provider is down'));
  };
  aWorld({ token, timers: time });
  await time.pass(120_000);
  const pauses = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
  // Half of each span, as chance is 0.5.
  expect(pauses.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
});

it('gives up on a function that gets no token in 30 s, and asks again', async () => {
  let tries = 0;
  const token = () => {
    tries += 1;
    return tries === 1 ? new Promise<string>(() => {}) : 'good';
  };
  const { server, time, holdfast } = aWorld({ token });
  await time.pass(29_999);
  expect(holdfast.lastFailure).toBe('');
  await time.pass(1);
  expect(holdfast.lastFailure).toMatch(/^no token was to be had: .*30000 ms$/);
  await time.pass(500);
  expect(server.last.protocols).toContain('token.good');
});

it('says that no token came where connecting waits for nothing else', async () => {
  const time = new FakeTime();
  const { WebSocket } = new FakeServer();
  const token = () => new Promise<string>(() => {});
  const connecting = expect(connect('ws://fake', { webSocket: WebSocket, timers: time, token })).rejects.toMatchObject({
    code: 'unreachable',
    cause: expect.stringContaining('no token was to be had'),
  });
  await time.pass(30_000);
  await connecting;
});

it('rejects connecting when there is no connection in the time given, and stops trying', async () => {
  const server = new FakeServer();
  const time = new FakeTime();
  const options = { webSocket: server.WebSocket, timers: time, connectTimeout: 5_000 };
  const connecting = expect(connect('ws://fake', options)).rejects.toBeInstanceOf(Unreachable);
  await time.pass(5_000);
  await connecting;
  const tries = server.sockets.length;
  await time.pass(60_000);
  expect(server.sockets.length).toBe(tries);
});

it('rejects connecting with the reason of the signal', async () => {
  const aborting = new AbortController();
  const { WebSocket } = new FakeServer();
  const options = { webSocket: WebSocket, timers: new FakeTime(), signal: aborting.signal };
  const connecting = connect('ws://fake', options);
  aborting.abort(new Error('changed my mind'));
  await expect(connecting).rejects.toThrow('changed my mind');
  await expect(connect('ws://fake', options)).rejects.toThrow('changed my mind');
});

it('subscribes again, from where it was, where the subscription ended with the connection', async () => {
  const { server, time, holdfast } = await aConnectedWorld({ clientId: undefined });
  const consumed = holdfast.consume('orders', { events: ['created'], ackDeadline: 5 }, () => undefined);
  await consumed;
  server.last.deliver(1, 4);
  server.last.hangUp();
  await time.pass(500);
  server.last.welcome();
  expect(server.last.sent('subscribe')).toMatchObject([
    { queue: 'orders', events: ['created'], ackDeadline: 5, from: { seq: 4 } },
  ]);
});

it('does not subscribe again to what the welcome says is there', async () => {
  const { server, time, holdfast } = await aConnectedWorld();
  await holdfast.consume('orders', {}, () => undefined);
  server.last.hangUp();
  await time.pass(500);
  server.last.welcome({ subscriptions: [{ queue: 'orders', events: ['*'], inFlight: 0, backlog: 0 }] });
  expect(server.last.sent('subscribe')).toEqual([]);
});
