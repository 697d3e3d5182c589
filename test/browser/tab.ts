import type { BrowserContext, JSHandle, Page } from 'playwright-core';
import type { ConnectOptions, ConsumeOptions, Holdfast, Request } from '../../client';

/** Those that can be sent into a page. */
export type TabOptions = Pick<ConnectOptions, 'clientId' | 'bufferStore' | 'ackDelay' | 'heartbeat' | 'connectTimeout'>;

/** A client in a page. */
export type Client = JSHandle<Holdfast>;

/** What a page of ours has been given. */
export type Handled = JSHandle<string[]>;

/** Opens a page in a tab of its own. */
export async function aTab(browser: BrowserContext, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** Makes a client in a page, which connects in the background. */
export async function begin(page: Page, url: string, options: TabOptions): Promise<Client> {
  // As text, for the tests' own compiler would have the page `require` it.
  const client = await page.evaluateHandle<typeof import('../../client')>(`import('/client.mjs')`);
  return client.evaluateHandle(({ Holdfast }, [to, how]) => new Holdfast(to, how), [url, options] as const);
}

/** Makes a client in a page, connected. */
export async function connectIn(page: Page, url: string, options: TabOptions): Promise<Client> {
  const client = await page.evaluateHandle<typeof import('../../client')>(`import('/client.mjs')`);
  return client.evaluateHandle(({ connect }, [to, how]) => connect(to, how), [url, options] as const);
}

/** Has the page handle the messages of a queue, and note of each `seq:attempt`. */
export const consumeIn = (client: Client, queue: string, options: ConsumeOptions = {}): Promise<Handled> =>
  client.evaluateHandle(
    async (holdfast, [name, how]) => {
      const handled: string[] = [];
      await holdfast.consume(name, how, ({ seq, attempt }) => handled.push(`${seq}:${attempt}`));
      return handled;
    },
    [queue, options] as const,
  );

/** Has the page ask the server something. */
export const ask = <const R extends Request>(client: Client, request: R) =>
  client.evaluate((holdfast, frame) => holdfast.request(frame), request);
