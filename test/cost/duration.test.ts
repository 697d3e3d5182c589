import { billedMs, waitingFor } from '../../bench/cost/duration';

const call = (began: number, ended: number, assumed: number) => ({ began, ended, assumed });

describe('how long calls are waited for', () => {
  it('is the sum of those that come one after the other', () => {
    expect(waitingFor([call(0, 2, 5), call(3, 4, 5), call(4, 5, 15)])).toBeCloseTo(25, 6);
  });

  it('is that of one where they are under way together', () => {
    expect(waitingFor([call(0, 2, 5), call(0, 2, 5), call(0, 2, 5)])).toBeCloseTo(5, 6);
  });

  it('is not shortened for what comes alone by what came together before', () => {
    expect(waitingFor([call(0, 2, 5), call(0, 2, 5), call(2, 2.5, 15)])).toBeCloseTo(20, 6);
  });

  it('is that of each of so many chains side by side', () => {
    const chain = [call(0, 3, 5), call(3, 4, 15)];
    expect(waitingFor([...chain, ...chain, ...chain])).toBeCloseTo(20, 6);
  });

  it('is nothing without calls, and the latency of one that took no time here', () => {
    expect(waitingFor([])).toBe(0);
    expect(waitingFor([call(7, 7, 5)])).toBeCloseTo(5, 6);
  });
});

it('what is billed is the processing at the speed of the memory, and the waits', () => {
  expect(billedMs({ processing: 2, waiting: 10, width: 1 }, 1769)).toBe(12);
  expect(billedMs({ processing: 2, waiting: 10, width: 1 }, 1769 / 4)).toBe(18);
});
