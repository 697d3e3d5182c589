import { systemTimers } from '../../../client/timers';

const { after } = systemTimers;

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'document');
  jest.restoreAllMocks();
});

/** Runs one timer, and a second that the first asks for; tells how many the platform was given by the first. */
async function setInTimer(): Promise<number> {
  const set = jest.spyOn(globalThis, 'setTimeout');
  let count = 0;
  await new Promise<void>((resolve) =>
    after(0, () => {
      set.mockClear();
      after(0, resolve);
      count = set.mock.calls.length;
    }),
  );
  expect(set).toHaveBeenCalledTimes(1);
  return count;
}

it('has no timer of a page set by another, for a hidden page gets such but once a minute', async () => {
  Object.assign(globalThis, { document: {} });
  expect(await setInTimer()).toBe(0);
});

it('sets timers at once where there is no page', async () => {
  expect(await setInTimer()).toBe(1);
});

it.each([{ document: {} }, {}])('runs nothing that was cancelled at once, with %j', async (globals) => {
  Object.assign(globalThis, globals);
  const run = jest.fn();
  after(0, run)();
  await setInTimer();
  expect(run).not.toHaveBeenCalled();
});
