import type { BrowserContext, Page } from 'playwright-core';

/**
 * Hides a page behind another, as with a tab that nobody looks at.
 *
 * @returns has it looked at again.
 */
export async function hide(browser: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const hidden = page.evaluate(
    `new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))`,
  );
  const other = await browser.newPage();
  await other.bringToFront();
  await hidden;
  return async () => {
    await page.bringToFront();
    await other.close();
  };
}

/**
 * Has a page hidden and then frozen, as browsers do to save power: no timer and no event runs in it any more, and
 * Chromium ends its WebSockets.
 *
 * @returns has it looked at again, and so thawed.
 */
export async function freeze(browser: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const show = await hide(browser, page);
  const devTools = await browser.newCDPSession(page);
  await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
  return show;
}

/**
 * Stops all that the browser is, as a machine does that sleeps: connections stay, and nobody is at home.
 *
 * @returns wakes it up.
 */
export async function sleep(browser: BrowserContext): Promise<() => void> {
  const devTools = await browser.browser()?.newBrowserCDPSession();
  if (devTools === undefined) throw new Error('The browser should be running');
  const { processInfo } = await devTools.send('SystemInfo.getProcessInfo');
  const signal = (name: NodeJS.Signals) => {
    for (const { id } of processInfo) process.kill(id, name);
  };
  signal('SIGSTOP');
  return () => signal('SIGCONT');
}
