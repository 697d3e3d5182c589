import { aClientOf, subscriptionOf } from '../client/clients';
import { aServer } from '../server/own';
import { putToSleep } from './asleep';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aNetwork } from './network';
import { aSite } from './site';
import { aTab, connectIn, consumeIn } from './tab';

it('sleeps past the deadline of what is delivered to it, and handles it once when it wakes up', async () => {
  const server = await aServer();
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, server.url, { clientId: 'desk' }), 'orders', {
    ackDeadline: 1,
  });
  const wake = await putToSleep(browser, page);
  for (const id of [1, 2]) await shop.publish('orders', 'created', id);
  await eventually(
    () => shop.request({ action: 'status', queue: 'orders', seq: 2 }),
    ({ subscribers }) => subscribers.some((one) => one.state === 'inFlight' && one.attempt === 2),
  );
  await wake();
  await shop.publish('orders', 'created', 3);
  await eventually(
    () => subscriptionOf(shop, 'orders'),
    ({ inFlight, next }) => inFlight === 0 && next === 4,
  );
  expect((await handled.jsonValue()).map((one) => one.split(':')[0])).toEqual(['1', '2', '3']);
});

it('sleeps while the network forgets its connection, and finds out when it is looked at again', async () => {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, network.url, { clientId: 'desk' }), 'orders');
  const wake = await putToSleep(browser, page);
  network.forget();
  await shop.publish('orders', 'created', 1);
  await wake();
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );
});

it('sleeps while its connection is cut, and connects as soon as it is looked at', async () => {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, network.url, { clientId: 'desk' }), 'orders');
  const wake = await putToSleep(browser, page);
  network.cut();
  await shop.publish('orders', 'created', 1);
  network.mend();
  await wake();
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );
});
