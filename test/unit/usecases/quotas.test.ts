import {
  type ClientId,
  type ConnectionId,
  DEFAULT_QUOTAS,
  LOOPBACK_QUOTAS,
  parseRequest,
  Rates,
} from '../../../broker';
import type { Quotas } from '../../../broker/model/quotas';
import { createWorld, QUEUE } from './world';

const HOUR = 3_600_000;

const worldWith = (quotas: Partial<Quotas>) => createWorld({ settings: { quotas: { ...LOOPBACK_QUOTAS, ...quotas } } });

const publish = (queue: string) => ({ action: 'publish', ref: 'p', queue, event: 'add' });

describe('a client that brings more queues into being than it may', () => {
  it('is refused, by publish and by subscribe, and told when to try again; queues that exist it may use', async () => {
    const world = worldWith({ 'client.queues': 2 });
    const wire = await world.connect('billing');
    await world.pass(HOUR / 4);
    expect(await wire.request(publish('a'))).toMatchObject({ type: 'published' });
    expect(await wire.request({ action: 'subscribe', queue: 'b' })).toMatchObject({ type: 'subscribed' });
    const refusal = { type: 'error', code: 'rate_limited', field: 'queue', retryable: true };
    const left = Math.ceil((HOUR - (world.ports.clock.now() % HOUR)) / 1_000);
    for (const request of [publish('c'), { action: 'subscribe', queue: 'd' }])
      expect(await wire.request(request)).toMatchObject({ ...refusal, retryAfter: left });
    for (const queue of ['a', 'b']) expect(await wire.request(publish(queue))).toMatchObject({ type: 'published' });
    expect(await wire.request({ action: 'subscribe', queue: 'a' })).toMatchObject({ type: 'subscribed' });
    expect((await world.ports.queues.list({ limit: 10 })).items).toHaveLength(2);
  });

  it('costs no other client anything', async () => {
    const world = worldWith({ 'client.queues': 1 });
    const [one, other] = [await world.connect('billing'), await world.connect('shop')];
    await one.request(publish('a'));
    expect(await one.request(publish('b'))).toMatchObject({ code: 'rate_limited' });
    expect(await other.request(publish('b'))).toMatchObject({ type: 'published' });
    expect(await one.request(publish('b'))).toMatchObject({ type: 'published' });
  });

  it('may bring more into being in the next hour', async () => {
    const world = worldWith({ 'client.queues': 1 });
    const wire = await world.connect('billing');
    await wire.request(publish('a'));
    expect(await wire.request(publish('b'))).toMatchObject({ code: 'rate_limited' });
    await world.pass(HOUR);
    const again = await world.connect('billing');
    expect(await again.request(publish('b'))).toMatchObject({ type: 'published' });
  });
});

describe('what else is set', () => {
  it('limits the subscriptions of a client', async () => {
    const wire = await worldWith({ 'client.subscriptions': 1 }).connect('billing');
    await wire.request({ action: 'subscribe', queue: 'a' });
    expect(await wire.request({ action: 'subscribe', queue: 'b' })).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('may have 1 subscriptions'),
    });
  });

  it('limits the connections of a client', async () => {
    const world = worldWith({ 'client.connections': 1 });
    await world.connect('billing');
    const second = await world.connect('billing');
    expect(second.take()).toMatchObject([{ type: 'goodbye', code: 4029, reconnect: false }]);
  });

  it('limits the window, of a subscription that asks for more and of one that does not say', async () => {
    const wire = await worldWith({ 'subscription.inFlight': 3 }).connect('billing');
    expect(wire.take()).toMatchObject([{ type: 'welcome', limits: { inFlight: 3 } }]);
    const subscribe = { action: 'subscribe', queue: QUEUE };
    expect(await wire.request({ ...subscribe, maxInFlight: 4 })).toMatchObject({
      code: 'invalid',
      field: 'maxInFlight',
      message: 'maxInFlight must be at most 3 here',
    });
    await wire.request(subscribe);
    for (let n = 0; n < 5; n++) await wire.request(publish(QUEUE));
    expect(await wire.request({ action: 'list', what: 'subscriptions', queue: QUEUE })).toMatchObject({
      items: [{ inFlight: 3, settings: { maxInFlight: 3 } }],
    });
  });
});

describe('rates', () => {
  let now = 0;
  const clock = { now: () => now };
  const caller = (client: string, connection: string) => ({
    client: client as ClientId,
    connection: connection as ConnectionId,
  });
  const ping = parseRequest('{"action":"ping","ref":"1"}');
  const batch = parseRequest(
    `{"action":"publish","ref":"2","queue":"q","messages":[${Array(5).fill('{"event":"e"}').join()}]}`,
  );
  const ratesOf = (quotas: Partial<Quotas>) => new Rates({ ...LOOPBACK_QUOTAS, ...quotas }, clock);
  const refusalOf = ({ parsed }: ReturnType<Rates['admit']>) => ('error' in parsed ? parsed : undefined);

  beforeEach(() => {
    now = 0;
  });

  it('that are not limited let everything through as it was read', () => {
    const rates = ratesOf({});
    for (let n = 0; n < 10_000; n++)
      expect(rates.admit(caller('a', '1'), batch, 32_768)).toEqual({ parsed: batch, rest: 0 });
  });

  it('refuse one frame too many, with its ref, and say when to try again', () => {
    const rates = ratesOf({ 'connection.frames': 2 });
    for (let n = 0; n < 2; n++) expect(refusalOf(rates.admit(caller('a', '1'), ping, 10))).toBeUndefined();
    const refused = rates.admit(caller('a', '1'), ping, 10);
    expect(refused.rest).toBe(500);
    expect(refusalOf(refused)).toMatchObject({
      ref: '1',
      error: { code: 'rate_limited', retryAfter: 1, message: 'frames of this connection must be at most 2 a second' },
    });
    now = 500;
    expect(refusalOf(rates.admit(caller('a', '1'), ping, 10))).toBeUndefined();
  });

  it('count connections, clients and the deployment for themselves', () => {
    const rates = ratesOf({ 'connection.frames': 1, 'client.frames': 2, 'deployment.frames': 3 });
    expect(refusalOf(rates.admit(caller('a', '1'), ping, 1))).toBeUndefined();
    expect(refusalOf(rates.admit(caller('a', '1'), ping, 1))?.error.message).toMatch(/this connection/);
    expect(refusalOf(rates.admit(caller('a', '2'), ping, 1))).toBeUndefined();
    expect(refusalOf(rates.admit(caller('a', '3'), ping, 1))?.error.message).toMatch(/this client/);
    expect(refusalOf(rates.admit(caller('b', '4'), ping, 1))).toBeUndefined();
    expect(refusalOf(rates.admit(caller('c', '5'), ping, 1))?.error.message).toMatch(/this deployment/);
  });

  it('count bytes of frames that are not understood too', () => {
    const rates = ratesOf({ 'client.bytes': 1_000 });
    const garbage = parseRequest('{');
    expect(rates.admit(caller('a', '1'), garbage, 1_000).parsed).toBe(garbage);
    expect(refusalOf(rates.admit(caller('a', '1'), garbage, 100))?.error.code).toBe('rate_limited');
  });

  it('count the messages of a publish, and let its connection be read on', () => {
    const rates = ratesOf({ 'client.publishes': 8 });
    expect(refusalOf(rates.admit(caller('a', '1'), batch, 100))).toBeUndefined();
    const refused = rates.admit(caller('a', '2'), batch, 100);
    expect(refusalOf(refused)).toMatchObject({ ref: '2', error: { code: 'rate_limited', retryAfter: 1 } });
    expect(refused.rest).toBe(0);
    expect(refusalOf(rates.admit(caller('a', '2'), ping, 100))).toBeUndefined();
  });

  it('keep nothing of who has been quiet for a second', () => {
    const rates = ratesOf({ 'connection.frames': 5 });
    for (let n = 0; n < 50_000; n++) {
      now += 10;
      rates.admit(caller('a', String(n)), ping, 1);
    }
    expect(rates.size).toBeLessThan(2_000);
  });
});

it('by default a deployment limits what one client can do, and a server for this machine alone does not', () => {
  expect(DEFAULT_QUOTAS['connection.frames']).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(DEFAULT_QUOTAS['client.queues']).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(LOOPBACK_QUOTAS['connection.frames']).toBe(Number.POSITIVE_INFINITY);
  expect(LOOPBACK_QUOTAS['client.publishes']).toBe(Number.POSITIVE_INFINITY);
});
