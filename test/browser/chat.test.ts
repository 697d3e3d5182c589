import type { Page } from 'playwright-core';
import { startExample } from '../examples/example';
import { aBrowser } from './chromium';
import { eventually } from './eventually';
import { aTab } from './tab';

/** What the page shows: those that wait marked so. */
const shown = (page: Page) =>
  page
    .locator('li')
    .evaluateAll((lines) =>
      lines.map(({ className, textContent }) => `${textContent}${className && ` [${className}]`}`),
    );

async function say(page: Page, text: string): Promise<void> {
  await page.getByPlaceholder('Message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

const shows = (page: Page, lines: readonly string[]) =>
  eventually(
    () => shown(page),
    (found) => found.join('\n') === lines.join('\n'),
  );

test('The chat example survives its network: what is said on both sides meanwhile is shown in the end, once, in one order', async () => {
  const line = await startExample('chat', { PORT: '0' }).line('The chat is at');
  const url = /http:\S+\//.exec(line)?.[0] ?? '';
  const [anna, ben] = [await aTab(await aBrowser(), url), await aTab(await aBrowser(), url)];
  await anna.getByPlaceholder('Name').fill('Anna');
  await ben.getByPlaceholder('Name').fill('Ben');
  await say(anna, 'hello');
  await shows(ben, ['Anna: hello']);

  await anna.context().setOffline(true);
  await say(ben, 'are you there?');
  await shows(ben, ['Anna: hello', 'Ben: are you there?']);
  await say(anna, 'one');
  await say(anna, 'two');
  expect(await shown(anna)).toEqual(['Anna: hello', 'Anna: one [waiting]', 'Anna: two [waiting]']);

  await anna.context().setOffline(false);
  const all = ['Anna: hello', 'Ben: are you there?', 'Anna: one', 'Anna: two'];
  await shows(anna, all);
  await shows(ben, all);

  await anna.reload();
  await shows(anna, all);
});
