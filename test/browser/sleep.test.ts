import { aClientOf, subscriptionOf } from '../client/clients';
import { aServer } from '../server/own';
import { freeze, hide, sleep } from './asleep';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aNetwork } from './network';
import { aSite } from './site';
import { aTab, connectIn, consumeIn } from './tab';

const seqs = (handled: readonly string[]) => handled.map((one) => one.split(':')[0]);

it('is on a machine that sleeps past the deadline of what is delivered to it: it handles that once when it wakes up', async () => {
  const server = await aServer();
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, server.url, { clientId: 'desk' }), 'orders', {
    ackDeadline: 1,
  });
  const wake = await sleep(browser);
  for (const id of [1, 2]) await shop.publish('orders', 'created', id);
  await eventually(
    () => shop.request({ action: 'status', queue: 'orders', seq: 2 }),
    ({ subscribers }) => subscribers.some((one) => one.state === 'inFlight' && one.attempt === 2),
  );
  wake();
  await shop.publish('orders', 'created', 3);
  await eventually(
    () => subscriptionOf(shop, 'orders'),
    ({ inFlight, next }) => inFlight === 0 && next === 4,
  );
  expect(seqs(await handled.jsonValue())).toEqual(['1', '2', '3']);
});

it('is frozen, and so loses its connection: it connects when it is looked at, and handles what came meanwhile once', async () => {
  const server = await aServer();
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, server.url, { clientId: 'desk' }), 'orders');
  const show = await freeze(browser, page);
  for (const id of [1, 2, 3]) await shop.publish('orders', 'created', id);
  await show();
  await eventually(
    () => subscriptionOf(shop, 'orders'),
    ({ inFlight, next }) => inFlight === 0 && next === 4,
  );
  expect(seqs(await handled.jsonValue())).toEqual(['1', '2', '3']);
});

it('is hidden while the network forgets its connection: it finds out when it is looked at again', async () => {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, network.url, { clientId: 'desk' }), 'orders');
  const show = await hide(browser, page);
  network.forget();
  await shop.publish('orders', 'created', 1);
  await show();
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );
});
