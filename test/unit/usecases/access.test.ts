import { type Access, clientPattern, grantsSchema, type KeyId } from '../../../broker/access';
import { REQUEST_LIFETIME_MS } from '../../../broker/model/limits';
import type { Key } from '../../../broker/ports';
import { ProtocolError } from '../../../broker/protocol';
import { wake } from '../../../broker/usecases/wake';
import { publish } from './frames';
import { afterwards, beforehand, crash, once } from './interpose';
import { createWorld, QUEUE, type WorldOptions } from './world';

const MINUTE = 60_000;

const may = (stated: object, more: Partial<Access> = {}): Access => ({ grants: grantsSchema.parse(stated), ...more });
const all = may({ publish: ['*'], subscribe: ['*'], admin: ['*'] });

const guarded = (options: WorldOptions = {}) =>
  createWorld({ ...options, settings: { accessControl: true, ...options.settings } });

const subscribe = (...events: string[]) => ({
  action: 'subscribe',
  queue: QUEUE,
  ...(events.length > 0 ? { events } : {}),
});

const isOfExpiry = (wakeUp: unknown): boolean =>
  typeof wakeUp === 'object' && wakeUp !== null && 'kind' in wakeUp && wakeUp.kind === 'expiry';

const types = (frames: readonly { type: string }[]) => frames.map(({ type }) => type);

describe('what a client is delivered', () => {
  it('is nothing of a subscription that it may not read any more, and it is told so', async () => {
    const world = guarded();
    const shop = await world.connect('shop', 'shop', all);
    const before = await world.connect('billing', 'before', may({ subscribe: [`${QUEUE}/*`] }));
    await before.request(subscribe('add', 'delete'));
    await world.disconnect(before);
    const after = await world.connect('billing', 'after', may({ subscribe: [`${QUEUE}/add`] }));
    await shop.request(publish(1));
    const frames = after.take();
    expect(types(frames)).toEqual(['welcome', 'error']);
    expect(frames[1]).toMatchObject({ code: 'forbidden', message: expect.stringContaining('"delete"') });
    expect((await world.state(after))?.connections).toEqual([]);
  });

  it('begins again, with what was missed, when it unsubscribes from what it may not read', async () => {
    const world = guarded();
    const shop = await world.connect('shop', 'shop', all);
    const before = await world.connect('billing', 'before', may({ subscribe: [`${QUEUE}/*`] }));
    await before.request(subscribe('add', 'delete'));
    await world.disconnect(before);
    const after = await world.connect('billing', 'after', may({ subscribe: [`${QUEUE}/add`] }));
    await shop.request(publish(1));
    after.take();
    await after.request({ action: 'unsubscribe', queue: QUEUE, events: ['delete'] });
    expect(after.take()).toMatchObject([{ type: 'messages', messages: [{ seq: 1, event: 'add', attempt: 1 }] }]);
  });

  it('stays with the connections that may read what the client subscribes to besides', async () => {
    const world = guarded();
    const shop = await world.connect('shop', 'shop', all);
    const wide = await world.connect('billing', 'wide', may({ subscribe: [`${QUEUE}/*`] }));
    const narrow = await world.connect('billing', 'narrow', may({ subscribe: [`${QUEUE}/add`] }));
    await narrow.request(subscribe('add'));
    await shop.request(publish(1));
    expect(types([...wide.take(), ...narrow.take()])).toEqual(['welcome', 'messages', 'welcome', 'messages']);
    await wide.request(subscribe('delete'));
    await shop.request({ action: 'publish', queue: QUEUE, event: 'delete' });
    expect(wide.take()).toMatchObject([{ messages: [{ seq: 2, event: 'delete' }] }]);
    expect(narrow.take()).toEqual([]);
  });

  it('is nothing by a connection of the time before there was access control', async () => {
    const world = guarded();
    const old = await world.connect('billing', 'old');
    await old.request(subscribe());
    const shop = await world.connect('shop', 'shop', all);
    await shop.request(publish(1));
    expect(types(old.take())).toEqual(['welcome']);
  });

  it('is no dead letter of an event that it does not ask for any more', async () => {
    const world = guarded();
    const admin = await world.connect('admin', 'admin', all);
    const billing = await world.connect('billing', 'one', may({ subscribe: [`${QUEUE}/*`] }));
    await billing.request(subscribe('add', 'delete'));
    await admin.request({ action: 'publish', queue: QUEUE, messages: [{ event: 'add' }, { event: 'delete' }] });
    await billing.request({ action: 'reject', queue: QUEUE, seqs: [1, 2] });
    await billing.request({ action: 'unsubscribe', queue: QUEUE, events: ['delete'] });
    await world.disconnect(billing);
    const after = await world.connect('billing', 'two', may({ subscribe: [`${QUEUE}/add`] }));
    after.take();
    const reply = await admin.request({ action: 'redrive', queue: QUEUE, clientId: 'billing' });
    expect(reply).toMatchObject({ type: 'redriven', messages: 1 });
    expect(after.take()).toMatchObject([{ type: 'messages', messages: [{ seq: 1, event: 'add' }] }]);
  });
});

describe('a credential that expires', () => {
  it('ends its connection with a goodbye at that time, and not before', async () => {
    const world = guarded();
    const until = world.ports.clock.now() + 20 * MINUTE + 500;
    const wire = await world.connect('billing', 'one', may({ subscribe: ['*'] }, { expiresAt: until }));
    await wire.request(subscribe());
    wire.take();
    await world.pass(20 * MINUTE);
    expect(wire.take()).toEqual([]);
    expect(await wire.request({ action: 'catchup' })).toMatchObject({ type: 'catchup' });
    await world.pass(1_500);
    expect(wire.take()).toEqual([{ type: 'goodbye', code: 4001, reason: expect.any(String), reconnect: false }]);
    expect(world.pusher.closed).toMatchObject([{ connection: 'one', code: 4001 }]);
    expect((await world.state(wire))?.connections).toEqual([]);
  });

  it('is waited for again by a wake-up that comes too early, as those of SQS do', async () => {
    const world = guarded();
    const expiresAt = world.ports.clock.now() + 20 * MINUTE;
    const wire = await world.connect('billing', 'one', may({}, { expiresAt }));
    wire.take();
    world.wakeUps.takeDue();
    await world.pass(15 * MINUTE);
    await wake(world.ports, { kind: 'expiry', connection: wire.connection, expiresAt });
    expect(wire.take()).toEqual([]);
    expect(world.wakeUps.pending.map(({ at }) => at)).toEqual([expiresAt, expiresAt]);
  });

  it('before the connection is welcomed ends it at once', async () => {
    const world = guarded();
    const wire = await world.open('billing', 'one', may({}, { expiresAt: world.ports.clock.now() }));
    await world.pump();
    expect(types(wire.take())).toEqual(['goodbye']);
  });

  it.each([
    ['the wake-up for its end could not be armed at first', 'arming'],
    ['the process that welcomed it died', 'noted'],
  ])('ends its connection in time although %s', async (_what, where) => {
    const failing = once(crash);
    const world = guarded({
      between: ({ wakeUps, clients }) =>
        where === 'arming'
          ? { wakeUps: beforehand(wakeUps, 'send', (wakeUp) => (isOfExpiry(wakeUp) ? failing() : undefined)) }
          : { clients: afterwards(clients, 'addConnection', failing) },
    });
    failing.arm();
    const until = world.ports.clock.now() + 20 * MINUTE;
    const wire = await world.connect('billing', 'one', may({ subscribe: ['*'] }, { expiresAt: until }));
    expect(world.failures).toHaveLength(1);
    await world.pass(19 * MINUTE);
    expect(types(wire.take())).not.toContain('goodbye');
    await world.pass(MINUTE);
    expect(wire.take()).toMatchObject([{ type: 'goodbye', code: 4001 }]);
  });

  it('while the connection is welcomed ends it, with nothing delivered', async () => {
    let ahead = 0;
    const expiring = once(() => {
      ahead = 20 * MINUTE;
    });
    const world = guarded({
      between: ({ clients, clock }) => ({
        clients: afterwards(clients, 'addConnection', expiring),
        clock: { now: () => clock.now() + ahead },
      }),
    });
    const shop = await world.connect('shop', 'shop', all);
    const before = await world.connect('billing', 'before', all);
    await before.request(subscribe());
    await world.disconnect(before);
    await shop.request(publish(1));
    expiring.arm();
    const expiresAt = world.ports.clock.now() + 20 * MINUTE;
    const wire = await world.connect('billing', 'one', may({ subscribe: ['*'] }, { expiresAt }));
    expect(types(wire.take())).toEqual(['welcome', 'goodbye']);
    expect((await world.state(wire))?.connections).toEqual([]);
  });

  it('keeps its connection from being attached to what its client subscribes to elsewhere', async () => {
    const world = guarded();
    const expired = await world.connect('billing', 'expired', all);
    const wire = await world.connect('billing', 'one', all);
    await world.ports.connections.renew(expired.connection, { ...all, expiresAt: 1 });
    await wire.request(subscribe());
    expect((await world.state(wire))?.connections).toMatchObject([{ connection: 'one' }]);
  });

  it('leaves its frames unanswered but for auth and ping', async () => {
    const world = guarded();
    const wire = await world.connect('billing', 'one', may({ publish: ['*'] }, { expiresAt: Infinity }));
    await world.ports.connections.renew(wire.connection, may({ publish: ['*'] }, { expiresAt: 1 }));
    expect(await wire.ask(publish(1))).toMatchObject({ type: 'error', code: 'unauthenticated' });
    expect(await wire.ask({ action: 'ping' })).toEqual({ type: 'pong' });
  });
});

describe('a connection that is given another credential', () => {
  const credentials = (access: Access, client = 'billing') => ({
    verify: async (text: string) => {
      if (text !== 'good') throw new ProtocolError('unauthenticated', 'the token is not good');
      return { ...access, client: clientPattern.parse(client) };
    },
  });
  const auth = { action: 'auth', ref: 'a', token: 'good' };

  it('lives on until that expires', async () => {
    const start = guarded().ports.clock.now();
    const later = start + 30 * MINUTE;
    const world = guarded({ credentials: credentials(may({ subscribe: ['*'] }, { expiresAt: later })) });
    const wire = await world.connect('billing', 'one', may({ subscribe: ['*'] }, { expiresAt: start + 10 * MINUTE }));
    expect(await wire.request(auth)).toEqual({
      type: 'authenticated',
      ref: 'a',
      clientId: 'billing',
      expiresAt: new Date(later).toISOString(),
    });
    await world.pass(29 * MINUTE);
    expect(types(wire.take())).toEqual(['welcome']);
    await world.pass(MINUTE);
    expect(types(wire.take())).toEqual(['goodbye']);
    expect(world.wakeUps.pending).toEqual([]);
  });

  it('ends sooner if that expires sooner', async () => {
    const start = guarded().ports.clock.now();
    const world = guarded({ credentials: credentials(may({}, { expiresAt: start + MINUTE })) });
    const wire = await world.connect('billing', 'one', may({}, { expiresAt: start + 60 * MINUTE }));
    await wire.request(auth);
    await world.pass(MINUTE);
    expect(types(wire.take())).toEqual(['welcome', 'goodbye']);
  });

  it('may read more from then on, and is delivered what it missed', async () => {
    const world = guarded({ credentials: credentials(may({ subscribe: ['*'] })) });
    const shop = await world.connect('shop', 'shop', all);
    const before = await world.connect('billing', 'before', all);
    await before.request(subscribe());
    await world.disconnect(before);
    const wire = await world.connect('billing', 'one', may({}));
    await shop.request(publish(1));
    expect(types(wire.take())).toEqual(['welcome', 'error']);
    await wire.request(auth);
    expect(types(wire.take())).toEqual(['messages']);
  });

  it('may read less from then on, and is told so', async () => {
    const world = guarded({ credentials: credentials(may({ publish: ['*'] })) });
    const wire = await world.connect('billing', 'one', all);
    await wire.request(subscribe());
    wire.take();
    await wire.request(auth);
    await wire.request(publish(1));
    expect(types(wire.take())).toEqual(['error']);
    expect(await wire.request(subscribe())).toMatchObject({ type: 'error', code: 'forbidden' });
  });

  it('reads no more than it may, although the process dies before it sends a wake-up', async () => {
    const world = guarded({ credentials: credentials(may({ publish: ['*'] })) });
    const wire = await world.connect('billing', 'one', all);
    await wire.request(subscribe());
    wire.take();
    // What has to be sent after it is lost.
    expect(await world.say(wire, JSON.stringify(auth))).toMatchObject({ reply: { type: 'authenticated' } });
    await world.pass(REQUEST_LIFETIME_MS);
    expect((await world.state(wire))?.connections).toEqual([]);
    await wire.request(publish(1));
    expect(types(wire.take())).toEqual(['error']);
  });

  it('goes on as it was if that is not good, or another client’s', async () => {
    const world = guarded({ credentials: credentials(may({}), 'shop') });
    const wire = await world.connect('billing', 'one', all);
    expect(await wire.request({ ...auth, token: 'bad' })).toMatchObject({ type: 'error', code: 'unauthenticated' });
    expect(await wire.request(auth)).toMatchObject({
      type: 'error',
      code: 'forbidden',
      field: 'token',
      message: 'token must be of billing, whose connection this is: yours speaks for shop',
    });
    expect(await wire.request(publish(1))).toMatchObject({ type: 'published' });
  });

  it('is told that all is well where there is no access control', async () => {
    const world = createWorld();
    const wire = await world.connect('billing');
    expect(await wire.request(auth)).toEqual({ type: 'authenticated', ref: 'a', clientId: 'billing' });
  });
});

describe('a key that is revoked', () => {
  const KEY = 'k1' as KeyId;
  const key = (id: KeyId): Key => ({
    key: id,
    hash: 'h',
    client: clientPattern.parse('billing'),
    grants: all.grants,
    createdAt: 1,
  });

  it('ends the connections that have their access by it, and no others', async () => {
    const world = guarded();
    const other = 'k2' as KeyId;
    for (const id of [KEY, other]) await world.ports.keys.add(key(id));
    const wires = [
      await world.connect('billing', 'one', { ...all, key: KEY }),
      await world.connect('billing', 'two', { ...all, key: KEY }),
      await world.connect('billing', 'three', { ...all, key: other }),
      await world.connect('billing', 'four', all),
    ];
    for (const wire of wires) wire.take();
    await wake(world.ports, { kind: 'revocation', key: KEY });
    expect(wires.map((wire) => wire.take().length)).toEqual([0, 0, 0, 0]);
    await world.ports.keys.remove(KEY);
    await wake(world.ports, { kind: 'revocation', key: KEY });
    await world.pump();
    const [one, two, three, four] = wires.map((wire) => wire.take());
    expect([one, two]).toMatchObject([[{ type: 'goodbye', code: 4001 }], [{ type: 'goodbye', code: 4001 }]]);
    expect([three, four]).toEqual([[], []]);
  });

  it('ends the others although one cannot be told, and that one when it is tried again', async () => {
    const failing = once(crash);
    const world = guarded({
      between: ({ pusher }) => ({
        pusher: beforehand(pusher, 'push', (connection) => (connection === 'two' ? failing() : undefined)),
      }),
    });
    await world.ports.keys.add(key(KEY));
    const wires = [];
    for (const name of ['one', 'two', 'three']) wires.push(await world.connect('billing', name, { ...all, key: KEY }));
    for (const wire of wires) wire.take();
    await world.ports.keys.remove(KEY);
    failing.arm();
    await expect(wake(world.ports, { kind: 'revocation', key: KEY })).rejects.toThrow('died here');
    expect(wires.map((wire) => types(wire.take()))).toEqual([['goodbye'], [], ['goodbye']]);
    await wake(world.ports, { kind: 'revocation', key: KEY });
    expect(wires.map((wire) => types(wire.take()))).toEqual([[], ['goodbye'], []]);
  });

  it('leaves what it had no time for to the repetition, if that is needed for another that failed', async () => {
    let isNear = false;
    const world = guarded({
      between: ({ pusher }) => ({
        deadline: { isNear: () => isNear },
        pusher: beforehand(pusher, 'push', () => {
          isNear = true;
          crash();
        }),
      }),
    });
    await world.ports.keys.add(key(KEY));
    for (let n = 0; n < 20; n++) await world.open(`billing-${n}`, `wire ${n}`, { ...all, key: KEY });
    world.wakeUps.takeDue();
    await world.ports.keys.remove(KEY);
    await expect(wake(world.ports, { kind: 'revocation', key: KEY })).rejects.toThrow('died here');
    expect(world.wakeUps.pending).toEqual([]);
  });

  it('ends very many a few at a time, and near the deadline leaves the rest to a further wake-up', async () => {
    let left = Number.POSITIVE_INFINITY;
    let [reading, most] = [0, 0];
    const world = guarded({
      between: ({ connections }) => ({
        deadline: {
          isNear: () => {
            left -= 1;
            return left < 0;
          },
        },
        connections: afterwards(
          beforehand(connections, 'get', () => {
            reading += 1;
            most = Math.max(most, reading);
          }),
          'get',
          () => {
            reading -= 1;
          },
        ),
      }),
    });
    await world.ports.keys.add(key(KEY));
    for (let n = 0; n < 100; n++) await world.connect(`billing-${n}`, `wire ${n}`, { ...all, key: KEY });
    await world.ports.keys.remove(KEY);
    [left, most] = [60, 0];
    await wake(world.ports, { kind: 'revocation', key: KEY });
    expect(world.pusher.closed).toHaveLength(60);
    expect(most).toBeLessThanOrEqual(16);
    expect(world.wakeUps.pending.map(({ wakeUp }) => wakeUp)).toEqual([{ kind: 'revocation', key: KEY }]);
    left = Number.POSITIVE_INFINITY;
    await world.pump();
    expect(world.pusher.closed).toHaveLength(100);
    expect(world.wakeUps.pending).toEqual([]);
  });

  it('before the connection is welcomed ends it at once', async () => {
    const world = guarded();
    const wire = await world.open('billing', 'one', { ...all, key: KEY });
    await world.pump();
    expect(wire.take()).toMatchObject([{ type: 'goodbye', code: 4001, reason: expect.stringContaining('revoked') }]);
  });
});
