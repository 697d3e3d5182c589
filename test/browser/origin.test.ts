import { aClientOf } from '../client/clients';
import { aFolder, aServer, aServerCalled } from '../server/own';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aSite } from './site';
import { aTab, connectIn } from './tab';

it('is of another site: it is not let in', async () => {
  const server = await aServer();
  const { port } = await aSite();
  const page = await aTab(await aBrowser(), `http://app.example:${port}/`);
  await expect(connectIn(page, server.url, { connectTimeout: 500 })).rejects.toThrow('was not reached within 500 ms');
});

it('is of another site that the server was told of: it is let in, and publishes without a secure context', async () => {
  const { port } = await aSite();
  const server = await aServerCalled({
    args: ['--port', '0', '--data', aFolder(), '--origins', `http://app.example:${port}`],
  });
  const shop = await aClientOf(server);
  const payloads: unknown[] = [];
  await shop.consume('orders', {}, ({ payload }) => payloads.push(payload));
  const page = await aTab(await aBrowser(), `http://app.example:${port}/`);
  expect(await page.evaluate<boolean>('isSecureContext')).toBe(false);
  const client = await connectIn(page, server.url, { clientId: 'desk' });
  await client.evaluate((holdfast) => holdfast.publish('orders', 'created', 7));
  await eventually(
    () => payloads,
    ({ length }) => length === 1,
  );
  expect(payloads).toEqual([7]);
});
