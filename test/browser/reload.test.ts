import type { Page } from 'playwright-core';
import { aClientOf } from '../client/clients';
import { aServer } from '../server/own';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aNetwork, type Network } from './network';
import { aSite } from './site';
import { aTab, begin, connectIn } from './tab';

const OPTIONS = { clientId: 'desk', bufferStore: 'indexeddb' } as const;

/** How many publishes wait in the storage of a page. */
const kept = (page: Page) =>
  page.evaluate<number>(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('holdfast');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const counting = opening.result.transaction('outbox').objectStore('outbox').count();
      counting.onsuccess = () => {
        opening.result.close();
        resolve(counting.result);
      };
    };
  })`);

/** A page whose client publishes to a shop through a network of its own. */
async function arrange() {
  const server = await aServer();
  const network = await aNetwork(server);
  const shop = await aClientOf(server, { clientId: 'shop' });
  const received: unknown[] = [];
  await shop.consume('orders', {}, ({ payload }) => received.push(payload));
  const page = await aTab(await aBrowser(), (await aSite()).url);
  return { network, page, received };
}

/** Publishes, and waits until the page has them in its storage. */
async function publishIn(page: Page, { url }: Network, lose: () => void) {
  const desk = await connectIn(page, url, OPTIONS);
  lose();
  await desk.evaluate((holdfast) => {
    // Whoever is told ends with the page.
    for (const id of [1, 2, 3]) void holdfast.publish('orders', 'created', id);
  });
  await eventually(
    () => kept(page),
    (count) => count === 3,
  );
}

it('is reloaded while publishes wait for a connection: they are sent, once and in order, by the page that comes after', async () => {
  const { network, page, received } = await arrange();
  await publishIn(page, network, () => network.cut());
  await page.reload();
  await begin(page, network.url, OPTIONS);
  network.mend();
  await eventually(
    () => received,
    ({ length }) => length === 3,
  );
  await eventually(
    () => kept(page),
    (count) => count === 0,
  );
  expect(received).toEqual([1, 2, 3]);
});

it('is reloaded before publishes were answered that went out over a dead connection: they are sent again', async () => {
  const { network, page, received } = await arrange();
  await publishIn(page, network, () => network.forget());
  await page.reload();
  await connectIn(page, network.url, OPTIONS);
  await eventually(
    () => received,
    ({ length }) => length === 3,
  );
  expect(received).toEqual([1, 2, 3]);
});
