import { aClientOf, subscriptionOf } from '../client/clients';
import { aServer } from '../server/own';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aNetwork } from './network';
import { aSite } from './site';
import { aTab, connectIn, consumeIn } from './tab';

const MINUTE = 60_000;

it('loses its network for a minute: what was published meanwhile, on both sides, arrives once and in order', async () => {
  const server = await aServer();
  const shop = await aClientOf(server, { clientId: 'shop' });
  const replies: unknown[] = [];
  await shop.consume('replies', {}, ({ payload }) => replies.push(payload));
  const browser = await aBrowser();
  const page = await browser.newPage();
  await page.clock.install();
  await page.goto((await aSite()).url);
  const desk = await connectIn(page, server.url, { clientId: 'desk', heartbeat: 20 });
  const handled = await consumeIn(desk, 'orders');
  const states = await desk.evaluateHandle((holdfast) => {
    const seen: string[] = [];
    holdfast.on('state', ({ state }) => seen.push(state));
    return seen;
  });
  await shop.publish('orders', 'created', 1);
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );

  await browser.setOffline(true);
  for (const id of [2, 3]) await shop.publish('orders', 'created', id);
  const published = desk.evaluate((holdfast) =>
    Promise.all([1, 2, 3].map((id) => holdfast.publish('replies', 'sent', id))),
  );
  await page.clock.runFor(MINUTE);
  expect(await states.jsonValue()).toEqual(['reconnecting']);
  expect(await handled.jsonValue()).toEqual(['1:1']);
  expect(replies).toEqual([]);

  await browser.setOffline(false);
  expect((await published).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await eventually(
    () => subscriptionOf(shop, 'orders'),
    ({ inFlight, next }) => inFlight === 0 && next === 4,
  );
  expect(await handled.jsonValue()).toMatchObject(['1:1', expect.stringMatching('^2:'), expect.stringMatching('^3:')]);
  expect(replies).toEqual([1, 2, 3]);
  expect(await states.jsonValue()).toEqual(['reconnecting', 'open']);
});

it('comes back to a network that has forgotten its connection: it finds out when told that it is online', async () => {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server);
  const browser = await aBrowser();
  const page = await aTab(browser, (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, network.url, { clientId: 'desk' }), 'orders');
  await browser.setOffline(true);
  network.forget();
  await shop.publish('orders', 'created', 1);
  await browser.setOffline(false);
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );
});

it('connects again by itself when its connection was cut', async () => {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server);
  const page = await aTab(await aBrowser(), (await aSite()).url);
  const handled = await consumeIn(await connectIn(page, network.url, { clientId: 'desk' }), 'orders');
  network.cut();
  await shop.publish('orders', 'created', 1);
  network.mend();
  await eventually(
    () => handled.jsonValue(),
    ({ length }) => length === 1,
  );
});
