import type { ClientId } from '../../../broker';
import { Doorbell } from '../../../server/doorbell';
import { beforehand } from '../usecases/interpose';
import { createWorld, QUEUE } from '../usecases/world';

const SHARD = { queue: QUEUE, shard: 0 };

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

/** A doorbell that finds no subscriptions of a queue as long as they are broken. */
function aDoorbell() {
  const state = { isBroken: true, tries: 0 };
  const tried = () => {
    state.tries += 1;
    if (state.isBroken) throw new Error('a block is damaged');
  };
  const { ports, reports } = createWorld({
    between: ({ subscriptions }) => ({
      subscriptions: beforehand(beforehand(subscriptions, 'connected', tried), 'get', tried),
    }),
  });
  const doorbell = new Doorbell(() => ports);
  /** How often it tries in the next second, and what it reports of that. */
  const nextSecond = async () => {
    state.tries = 0;
    const before = reports.length;
    jest.advanceTimersByTime(1_000);
    await turns();
    return { tries: state.tries, reports: reports.length - before };
  };
  return { doorbell, state, reports, nextSecond };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
});

afterEach(() => {
  jest.useRealTimers();
});

test('A queue that fails is tried once a second, however often it rings', async () => {
  const { doorbell, state, reports, nextSecond } = aDoorbell();
  for (let publish = 0; publish < 10; publish++) {
    doorbell.ring(QUEUE);
    await turns();
  }
  expect(state.tries).toBe(10);
  expect(reports).toHaveLength(1);
  expect(await nextSecond()).toEqual({ tries: 1, reports: 1 });
  expect(await nextSecond()).toEqual({ tries: 1, reports: 1 });
});

test('The timers of a shard that fails are tried once a second, however many have fired', async () => {
  const { doorbell, nextSecond } = aDoorbell();
  for (let firesAt = 1; firesAt <= 10; firesAt++) {
    doorbell.serve({ kind: 'timer', shard: SHARD, firesAt });
    await turns();
  }
  expect(await nextSecond()).toEqual({ tries: 1, reports: 1 });
  expect(await nextSecond()).toEqual({ tries: 1, reports: 1 });
});

test('Each of several wake-ups that fail is tried again, until it succeeds', async () => {
  const { doorbell, state, nextSecond } = aDoorbell();
  for (const client of ['billing', 'shop', 'billing'] as ClientId[])
    doorbell.serve({ kind: 'subscription', shard: SHARD, client });
  doorbell.ring(QUEUE);
  await turns();
  expect(await nextSecond()).toEqual({ tries: 3, reports: 3 });
  state.isBroken = false;
  expect(await nextSecond()).toEqual({ tries: 3, reports: 0 });
  expect(await nextSecond()).toEqual({ tries: 0, reports: 0 });
});

test('A queue that failed and recovered is tried again when it fails anew', async () => {
  const { doorbell, state, nextSecond } = aDoorbell();
  doorbell.ring(QUEUE);
  await turns();
  state.isBroken = false;
  expect(await nextSecond()).toEqual({ tries: 1, reports: 0 });
  state.isBroken = true;
  doorbell.ring(QUEUE);
  await turns();
  expect(await nextSecond()).toEqual({ tries: 1, reports: 1 });
});
