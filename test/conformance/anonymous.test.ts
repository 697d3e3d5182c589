import { aClient, aQueue } from './fresh';
import { eventually } from './patience';
import { subscriptionOf } from './presence';
import { connect } from './wire';

it('makes up a name for who gives none, each time another', async () => {
  const [one, other] = await Promise.all([connect(), connect()]);
  expect(one.clientId).toMatch(/^anon-[A-Za-z0-9._:@-]+$/);
  expect(one.clientId.length).toBeLessThanOrEqual(128);
  expect(other.clientId).not.toBe(one.clientId);
});

it('delivers to an anonymous client like to any other', async () => {
  const queue = aQueue();
  const wire = await connect();
  await wire.subscribe(queue, { events: ['add'] });
  await wire.publish(queue, 'add', 'hello');
  expect(await wire.receive(queue, 1)).toMatchObject([{ seq: 1, payload: 'hello', publisher: wire.clientId }]);
  expect(await wire.ack(queue, 1)).toMatchObject({ settled: 1 });
});

it("ends an anonymous client's subscriptions with its connection", async () => {
  const queue = aQueue();
  const [nobody, named, observer] = await Promise.all([connect(), connect({ clientId: aClient() }), connect()]);
  await Promise.all([nobody.subscribe(queue), named.subscribe(queue)]);
  await Promise.all([nobody.close(), named.close()]);
  await eventually(
    () => subscriptionOf(observer, queue, nobody.clientId),
    (item) => item === undefined,
  );
  expect(await subscriptionOf(observer, queue, named.clientId)).toBeDefined();
});

it('keeps the subscriptions of a client that gives itself a name of that kind', async () => {
  const queue = aQueue();
  const clientId = `anon-${aClient()}`;
  const wire = await connect({ clientId });
  await wire.subscribe(queue);
  await wire.close();
  const again = await connect({ clientId });
  expect(again.welcome.subscriptions).toMatchObject([{ queue }]);
});
