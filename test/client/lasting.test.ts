import { eventually } from '../eventually';
import { aFolder, afterwards, aServer } from '../server/own';
import { aFreePort } from '../server/ports';
import { aClientOf, subscriptionOf } from './clients';

it('goes on after the server was stopped and started, and publishes what waited meanwhile', async () => {
  const data = aFolder();
  const port = await aFreePort();
  const before = await aServer(data, port);
  const holdfast = await aClientOf(before, { clientId: 'billing' });
  const states: string[] = [];
  holdfast.on('state', ({ state }) => states.push(state));
  const payloads: unknown[] = [];
  await holdfast.consume('orders', {}, ({ payload }) => payloads.push(payload));
  await holdfast.publish('orders', 'created', 1);
  const goodbye = new Promise((resolve) => holdfast.on('goodbye', resolve));
  await before.stop();
  expect(await goodbye).toMatchObject({ code: 4100, reconnect: true });
  const waiting = holdfast.publish('orders', 'created', 2);
  await aServer(data, port);
  expect(await waiting).toMatchObject({ seq: 2, duplicate: false });
  await eventually(
    () => payloads,
    ({ length }) => length === 2,
  );
  expect(payloads).toEqual([1, 2]);
  expect(states).toEqual(['reconnecting', 'open']);
}, 20_000);

it('publishes once what it publishes again with the same id', async () => {
  const holdfast = await aClientOf(await aServer());
  const first = await holdfast.publish('orders', 'created', 1, { id: 'order-1' });
  const second = await holdfast.publish('orders', 'created', 1, { id: 'order-1' });
  expect(second).toEqual({ ...first, duplicate: true });
});

it('lets two connections of one client share the work, each message settled by the first', async () => {
  const server = await aServer();
  const one = await aClientOf(server, { clientId: 'billing' });
  const other = await aClientOf(server, { clientId: 'billing' });
  const handled: string[] = [];
  let finish = () => {};
  afterwards(() => finish());
  // The first of one is busy with what it was given first; the other one settles the rest.
  await one.consume('orders', {}, ({ seq }) => {
    handled.push(`one ${seq}`);
    return new Promise<void>((resolve) => (finish = resolve));
  });
  await one.publish('orders', 'created');
  await other.consume('orders', {}, ({ seq }) => {
    if (seq > 1) handled.push(`other ${seq}`);
  });
  await one.publish('orders', 'created');
  await one.publish('orders', 'created');
  await eventually(
    () => subscriptionOf(one, 'orders'),
    ({ next, inFlight }) => next === 4 && inFlight === 0,
  );
  finish();
  // By its answer, one has heard of all that was settled.
  await one.flush();
  await one.request({ action: 'ping' });
  expect(handled).toEqual(['one 1', 'other 2', 'other 3']);
});
