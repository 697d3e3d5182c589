import { connectHandler, disconnectHandler } from '../../../../adapters/lambda/connectionHandlers';
import { type ClientId, type Connection, type ConnectionId, Unavailable } from '../../../../broker';
import { createWorld } from '../../usecases/world';
import { CONNECTION, connectEvent, disconnectEvent, messageEvent } from './events';
import { captureOutput } from './output';

const output = captureOutput();
const ID = CONNECTION as ConnectionId;

function deployed(between?: Parameters<typeof createWorld>[0], origins: readonly string[] = ['*']) {
  const { ports, wakeUps, pusher } = createWorld(between);
  return {
    ports,
    wakeUps,
    pusher,
    connect: connectHandler(
      () => ports,
      () => origins,
    ),
    disconnect: disconnectHandler(() => ports),
    recorded: () => ports.connections.get(ID, ports.clock.now()),
  };
}

describe('a handshake', () => {
  it('is recorded with who it is and when it ends at the latest, and nothing is pushed', async () => {
    const { connect, recorded, ports, pusher } = deployed();
    expect(await connect(connectEvent({ clientId: 'billing' }))).toEqual({ statusCode: 200 });
    const now = ports.clock.now();
    expect(await recorded()).toEqual({
      connection: CONNECTION,
      client: 'billing',
      connectedAt: now,
      expiresAt: now + 7_200_000,
    });
    expect(pusher.sent).toEqual([]);
  });

  it('without a name is given one', async () => {
    const { connect, recorded } = deployed();
    expect(await connect(connectEvent())).toEqual({ statusCode: 200 });
    expect((await recorded())?.client).toMatch(/^anon-[0-9a-f-]{36}$/);
  });

  it('with a name that cannot be one is refused, with what was expected', async () => {
    const { connect, recorded } = deployed();
    expect(await connect(connectEvent({ clientId: 'team/billing' }))).toEqual({
      statusCode: 400,
      body: expect.stringMatching(/^clientId must be 1 to 128 characters/),
    });
    expect(await recorded()).toBeUndefined();
  });

  it.each(['Sec-WebSocket-Protocol', 'sec-websocket-protocol'])(
    'that offers holdfast.v1 in %s is given it',
    async (name) => {
      const { connect } = deployed();
      expect(await connect(connectEvent({}, { [name]: 'other.v3, holdfast.v1' }))).toEqual({
        statusCode: 200,
        headers: { 'Sec-WebSocket-Protocol': 'holdfast.v1' },
      });
    },
  );

  it('that offers others only is given none', async () => {
    const { connect } = deployed();
    const event = connectEvent({}, { 'Sec-WebSocket-Protocol': 'holdfast.v10, other' });
    expect(await connect(event)).toEqual({ statusCode: 200 });
  });

  it.each([
    ['https://app.example.com', 200],
    ['https://evil.example', 403],
    ['null', 403],
  ])('from a page of %s is answered %i where https://app.example.com is listed', async (origin, statusCode) => {
    const { connect, recorded } = deployed({}, ['https://app.example.com']);
    expect(await connect(connectEvent({}, { origin }))).toMatchObject({ statusCode });
    expect((await recorded()) !== undefined).toBe(statusCode === 200);
  });

  it('from a program, which names no origin, is recorded where some are listed', async () => {
    const { connect } = deployed({}, ['https://app.example.com']);
    expect(await connect(connectEvent())).toMatchObject({ statusCode: 200 });
  });

  it('that cannot be recorded is refused', async () => {
    const { connect } = deployed({
      between: ({ connections }) => ({
        connections: {
          get: (...args) => connections.get(...args),
          renew: (...args) => connections.renew(...args),
          ofKey: (...args) => connections.ofKey(...args),
          remove: (...args) => connections.remove(...args),
          add: () => Promise.reject(new Unavailable('no')),
        },
      }),
    });
    expect(await connect(connectEvent())).toMatchObject({ statusCode: 503 });
  });

  it('leaves one line, which says who connected and nothing of its headers', async () => {
    const { connect } = deployed();
    await connect(connectEvent({ clientId: 'billing', token: 'secret' }, { Authorization: 'Bearer secret' }));
    expect(output.lines()).toMatchObject([{ msg: 'connect', connection: CONNECTION, client: 'billing' }]);
    expect(output.text()).not.toContain('secret');
  });
});

describe('the end of a connection', () => {
  it('is recorded, and may be told twice', async () => {
    const { connect, disconnect, recorded } = deployed();
    await connect(connectEvent());
    expect(await disconnect(disconnectEvent())).toEqual({ statusCode: 200 });
    expect(await recorded()).toBeUndefined();
    expect(await disconnect(disconnectEvent())).toEqual({ statusCode: 200 });
  });
});

describe('a frame whose action is', () => {
  it('$connect is an unknown action, and nothing else', async () => {
    const { connect, recorded } = deployed();
    const { statusCode, body } = await connect(messageEvent({ action: '$connect', ref: 'a' }, '$connect'));
    expect(statusCode).toBe(200);
    expect(JSON.parse(body ?? '')).toMatchObject({ type: 'error', ref: 'a', code: 'unknown_action' });
    expect(await recorded()).toBeUndefined();
  });

  it('$disconnect is an unknown action, and ends nothing', async () => {
    const { connect, disconnect, recorded } = deployed();
    await connect(connectEvent());
    const { body } = await disconnect(messageEvent({ action: '$disconnect' }, '$disconnect'));
    expect(JSON.parse(body ?? '')).toMatchObject({ type: 'error', code: 'unknown_action' });
    expect(await recorded()).toBeDefined();
  });
});

describe.each(['connect', 'disconnect'] as const)('the function of $%s', (name) => {
  const own = { connect: connectEvent, disconnect: disconnectEvent }[name];
  const others = ['CONNECT', 'DISCONNECT', 'MESSAGE', 'AUTHORIZE', 'message', ''].filter(
    (type) => type !== own().requestContext.eventType,
  );

  it.each(others)('records and ends nothing for an event of the type %j', async (eventType) => {
    const { ports, [name]: handle, recorded } = deployed();
    const known: Connection = { connection: ID, client: 'billing' as ClientId, connectedAt: 0, expiresAt: 9e15 };
    if (name === 'disconnect') await ports.connections.add(known);
    const before = await recorded();
    const event = own();
    const forged = { ...event, requestContext: { ...event.requestContext, eventType: eventType as 'MESSAGE' } };
    const { statusCode, body } = await handle(forged);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body ?? '')).toMatchObject({ type: 'error' });
    expect(await recorded()).toEqual(before);
  });
});
