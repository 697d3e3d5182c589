import { encodeContext } from '../../../../adapters/lambda/accessContext';
import { connectHandler } from '../../../../adapters/lambda/connectionHandlers';
import { frameHandler } from '../../../../adapters/lambda/frames';
import { routed } from '../../../../adapters/lambda/routed';
import type { ClientId, ConnectionId } from '../../../../broker';
import { authenticate, inspectHandlers, publishHandlers } from '../../../../broker';
import { type Access, clientPattern, grantsSchema, NO_GRANTS } from '../../../../broker/access';
import { createWorld } from '../../usecases/world';
import { CONNECTION, connectEvent, messageEvent } from './events';
import { captureOutput } from './output';

captureOutput();

const ID = CONNECTION as ConnectionId;
const MINUTE = 60_000;
const BILLING = 'billing' as ClientId;
const publishing = (...patterns: string[]): Access => ({ grants: grantsSchema.parse({ publish: patterns }) });

/** A deployment with access control, and a connection made with this access. */
async function deployed(access: Access = publishing('orders/*')) {
  let lookups = 0;
  const world = createWorld({
    settings: { accessControl: true },
    between: ({ connections }) => ({
      connections: {
        add: (...args) => connections.add(...args),
        renew: (...args) => connections.renew(...args),
        ofKey: (...args) => connections.ofKey(...args),
        remove: (...args) => connections.remove(...args),
        get: (...args) => {
          lookups += 1;
          return connections.get(...args);
        },
      },
    }),
  });
  const { ports } = world;
  await world.open('billing', CONNECTION, access);
  const start = ports.clock.now();
  const credentials = {
    verify: async (text: string) => ({ ...publishing(text), client: clientPattern.parse('billing') }),
  };
  const handler = frameHandler(
    'publish',
    routed(() => ports, { ...publishHandlers, ...inspectHandlers, auth: authenticate(credentials) }),
  );
  const authorizer = encodeContext({ client: BILLING, ...access });
  const ask = async (frame: object, context: unknown = authorizer) => {
    const event = messageEvent(frame, 'publish');
    const requestContext = { ...event.requestContext, connectedAt: start, authorizer: context };
    const { body } = await handler({ ...event, requestContext });
    return JSON.parse(body ?? '') as Record<string, unknown>;
  };
  return { ...world, ask, lookups: () => lookups };
}

const publish = (queue: string) => ({ action: 'publish', queue, event: 'created' });

describe('a frame', () => {
  it('is permitted what its connection was given by the authorizer, without looking anything up', async () => {
    const { ask, lookups, ports } = await deployed();
    expect(await ask(publish('orders'))).toMatchObject({ type: 'published' });
    expect(lookups()).toBe(0);
    const [message] = await ports.log.read('orders' as never, 1, 1, ports.clock.now());
    expect(message).toMatchObject({ publisher: 'billing' });
  });

  it('is forbidden anything else, whatever it says of itself', async () => {
    const { ask } = await deployed();
    const claims = { clientId: 'admin', access: { grants: '*' }, authorizer: { clientId: 'admin' } };
    expect(await ask({ ...publish('mail'), ...claims })).toMatchObject({ code: 'forbidden', field: 'event' });
    expect(await ask({ action: 'list', what: 'clients', ...claims })).toMatchObject({
      items: [{ clientId: 'billing' }],
    });
  });

  it('has its connection looked up once in half a minute', async () => {
    const { ask, lookups, pass, pump } = await deployed();
    await pump();
    const before = lookups();
    const looked: number[] = [];
    for (const after of [0, 29_000, 2_000, 20_000, 11_000]) {
      await pass(after);
      await ask(publish('orders'));
      looked.push(lookups() - before);
    }
    expect(looked).toEqual([0, 0, 1, 1, 2]);
  });

  it('of a connection whose access was withdrawn is refused after half a minute at the latest', async () => {
    const { ask, pass, ports } = await deployed();
    await ask(publish('orders'));
    await ports.connections.renew(ID, { grants: NO_GRANTS });
    await pass(31_000);
    expect(await ask(publish('orders'))).toMatchObject({ code: 'forbidden' });
  });

  it('of a connection whose record is gone is refused after half a minute at the latest', async () => {
    const { ask, pass, ports } = await deployed();
    await ask(publish('orders'));
    await ports.connections.remove(ID);
    await pass(31_000);
    expect(await ask(publish('orders'))).toMatchObject({ code: 'unauthenticated', message: /connect again/ });
  });

  it('is permitted what its connection was given since, at once', async () => {
    const { ask, ports } = await deployed();
    expect(await ask(publish('mail'))).toMatchObject({ code: 'forbidden' });
    await ports.connections.renew(ID, publishing('mail/*'));
    expect(await ask(publish('mail'))).toMatchObject({ type: 'published' });
  });

  it.each([
    ['is refused', 0, 'error'],
    ['is permitted if that was renewed', MINUTE, 'published'],
  ])('after its credential expired %s', async (_, longer, type) => {
    const until = createWorld().ports.clock.now() + 10_000;
    const access = { ...publishing('orders/*'), expiresAt: until };
    const { ask, ports, pass } = await deployed(access);
    await ports.connections.renew(ID, { ...access, expiresAt: until + longer });
    await pass(9_999);
    expect(await ask(publish('orders'))).toMatchObject({ type: 'published' });
    await pass(1);
    expect(await ask(publish('orders'))).toMatchObject({ type });
  });

  it('by auth goes on with what the new credential grants', async () => {
    const { ask, wakeUps } = await deployed();
    wakeUps.takeDue();
    expect(await ask({ action: 'auth', ref: '1', token: 'mail/*' })).toEqual({
      type: 'authenticated',
      ref: '1',
      clientId: 'billing',
    });
    expect(await ask(publish('mail'))).toMatchObject({ type: 'published' });
    expect(wakeUps.takeDue()).toMatchObject([{ kind: 'welcome', connection: CONNECTION }]);
  });

  it.each([null, {}, { clientId: 'billing' }])(
    'that comes without what an authorizer gives (%j) is known by its record alone',
    async (context) => {
      const { ask, lookups } = await deployed();
      expect(await ask(publish('orders'), context)).toMatchObject({ type: 'published' });
      expect(lookups()).toBeGreaterThan(0);
      expect(await ask(publish('mail'), context)).toMatchObject({ code: 'forbidden' });
    },
  );

  it('of a connection of the time before there was access control is refused', async () => {
    const { ask, ports } = await deployed();
    await ports.connections.remove(ID);
    await ports.connections.add({ connection: ID, client: BILLING, connectedAt: 0, expiresAt: 9e15 });
    expect(await ask(publish('orders'), null)).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('a handshake', () => {
  function connecting() {
    const world = createWorld({ settings: { accessControl: true } });
    const handler = connectHandler(() => world.ports);
    const connect = (authorizer: unknown, query?: Record<string, string>) => {
      const event = connectEvent(query);
      return handler({ ...event, requestContext: { ...event.requestContext, authorizer } });
    };
    return { connect, recorded: () => world.ports.connections.get(ID, world.ports.clock.now()) };
  }

  it('is recorded with what the authorizer says, not with what the URL does', async () => {
    const { connect, recorded } = connecting();
    const access = { ...publishing('orders/*'), expiresAt: 9e15 };
    expect(await connect(encodeContext({ client: BILLING, ...access }))).toMatchObject({ statusCode: 200 });
    expect(await recorded()).toMatchObject({ client: 'billing', access });
  });

  it('that names another client is refused', async () => {
    const { connect, recorded } = connecting();
    const context = encodeContext({ client: BILLING, ...publishing() });
    expect(await connect(context, { clientId: 'shop' })).toMatchObject({ statusCode: 403 });
    expect(await connect(context, { clientId: 'a b' })).toMatchObject({ statusCode: 400 });
    expect(await recorded()).toBeUndefined();
  });

  it('that no authorizer was asked about is refused: nobody is let in by a mistake', async () => {
    const { connect, recorded } = connecting();
    expect(await connect(undefined, { clientId: 'billing' })).toMatchObject({ statusCode: 401 });
    expect(await recorded()).toBeUndefined();
  });
});
