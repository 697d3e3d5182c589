import type { Page } from 'playwright-core';
import { aClientOf, subscriptionOf } from '../client/clients';
import { aServer } from '../server/own';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aSite } from './site';
import { aTab, connectIn, consumeIn } from './tab';

/** The types of the frames that come to a page, from now on. */
function framesTo(page: Page): string[] {
  const types: string[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const frame: { type: string } = JSON.parse(String(payload));
      types.push(frame.type);
    }),
  );
  return types;
}

it('is open in two tabs of one client: each is given every message, and both are done with it when one is', async () => {
  const server = await aServer();
  const shop = await aClientOf(server);
  const { url } = await aSite();
  const browser = await aBrowser();
  const tabs = [await aTab(browser, url), await aTab(browser, url)] as const;
  const frames = tabs.map(framesTo);
  const [left, right] = [
    await connectIn(tabs[0], server.url, { clientId: 'desk' }),
    await connectIn(tabs[1], server.url, { clientId: 'desk', ackDelay: 0 }),
  ];
  // The left tab is at the first message, and stays there.
  const current = await left.evaluateHandle(async (holdfast) => {
    const seqs: number[] = [];
    const orders = holdfast.subscribe('orders');
    await orders.ready;
    void orders.next().then(({ value }) => value && seqs.push(value.seq));
    return { orders, seqs };
  });
  for (const id of [1, 2, 3]) await shop.publish('orders', 'created', id);
  await eventually(
    () => current.evaluate(({ seqs }) => seqs),
    ({ length }) => length === 1,
  );
  const handled = await consumeIn(right, 'orders');
  await eventually(
    () => subscriptionOf(shop, 'orders'),
    ({ inFlight, next }) => inFlight === 0 && next === 4,
  );
  expect(await handled.jsonValue()).toEqual(['1:1', '2:1', '3:1']);
  await eventually(
    () => frames[0] ?? [],
    (types) => types.filter((type) => type === 'settled').length === 3,
  );
  expect(frames[0]?.filter((type) => type === 'messages')).toHaveLength(3);

  // What the right tab has settled, the left one is not given any more: its next is one that comes now.
  const next = current.evaluate(async ({ orders }) => (await orders.next()).value?.seq);
  await shop.publish('orders', 'created', 4);
  expect(await next).toBe(4);
});
