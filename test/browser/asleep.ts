import type { BrowserContext, Page } from 'playwright-core';

/**
 * Puts a page to sleep, as browsers do with tabs that nobody looks at: hidden behind another, and then frozen, so that no
 * timer and no event runs in it any more.
 *
 * @returns has it looked at again.
 */
export async function putToSleep(browser: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const fallsAsleep = page.evaluate(
    `new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }))`,
  );
  const other = await browser.newPage();
  await other.bringToFront();
  await fallsAsleep;
  const devTools = await browser.newCDPSession(page);
  await devTools.send('Page.setWebLifecycleState', { state: 'frozen' });
  return async () => {
    await page.bringToFront();
    await other.close();
  };
}
