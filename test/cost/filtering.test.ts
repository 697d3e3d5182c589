import { Deployment } from '../../bench/cost/deployment';
import { filtering } from '../../bench/cost/workloads';

jest.setTimeout(120_000);

const MESSAGES = 60;
/** One each ack deadline of 30 s and its jitter: so many go off while as many messages pass, one a second. */
const MOST_TIMERS = 3;
/** What a timer that finds nothing to do writes, for each message. */
const OF_TIMERS = (2 * MOST_TIMERS) / MESSAGES;

/**
 * Read units and write units for each publish of 1 KB, once all have passed over as much as they do before they store
 * it.
 */
async function unitsOf(subscribers: number, events: number) {
  const deployment = await Deployment.open();
  try {
    const measured = await filtering(deployment, { subscribers, events, warmUp: 110, messages: MESSAGES });
    const { published, delivered, publish, rest, timers } = measured;
    expect(timers).toBeLessThanOrEqual(MOST_TIMERS);
    return {
      delivered: delivered / published,
      reads: (publish.readUnits + rest.readUnits) / published,
      writes: rest.writeUnits / published,
    };
  } finally {
    await deployment.close();
  }
}

describe('a hundred subscribers that filter', () => {
  it('read 11 units for each publish that one of them wants: 9 to see who is connected, 2 of the log and to ack', async () => {
    const { delivered, reads, writes } = await unitsOf(100, 100);
    expect(delivered).toBe(1);
    expect(reads).toBeLessThanOrEqual(11.5);
    expect(writes).toBeLessThanOrEqual(2 + OF_TIMERS);
  });

  it('read no more of the log where ten of them want it, and a unit for each ack', async () => {
    const { delivered, reads, writes } = await unitsOf(100, 10);
    expect(delivered).toBe(10);
    expect(reads - delivered).toBeLessThanOrEqual(11.5);
    expect(writes).toBeLessThanOrEqual(20 + OF_TIMERS);
  });
});
