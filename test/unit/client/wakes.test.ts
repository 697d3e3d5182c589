import { onWake } from '../../../client/wakes';

/** A browser's page, as far as it is listened to. */
function aPage() {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const page = {
    addEventListener: (type: string, listener: () => void) => window.addEventListener(type, listener),
    removeEventListener: (type: string, listener: () => void) => window.removeEventListener(type, listener),
    document,
  };
  return { window, document, page };
}

it('wakes when the network returns, and when the page is looked at again', () => {
  const { window, document, page } = aPage();
  let wakes = 0;
  const stop = onWake(() => (wakes += 1), page);
  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wakes).toBe(2);
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wakes).toBe(2);
  stop();
  window.dispatchEvent(new Event('online'));
  expect(wakes).toBe(2);
});

it('does without where there is no page', () => {
  expect(() => onWake(() => undefined, {})()).not.toThrow();
});
