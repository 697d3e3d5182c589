import { Deployment } from '../../bench/cost/deployment';
import { billOf, readPrices } from '../../bench/cost/prices';
import { times } from '../../bench/cost/usage';
import { burst, idleConnections, type Measured, nothing, steady } from '../../bench/cost/workloads';

/** Everything here is counted, and nothing is timed: Lambda's milliseconds are measured by `npm run bench:cost`. */
const prices = readPrices();
const ACK_DEADLINE = 30;

async function measure(workload: (deployment: Deployment) => Promise<Measured>): Promise<Measured> {
  const deployment = await Deployment.open();
  try {
    return await workload(deployment);
  } finally {
    await deployment.close();
  }
}

/** US dollars for a million acked deliveries, without their publishes and without Lambda's time. */
function counted({ rest, delivered }: Measured): number {
  const { gigabyteSeconds: _, ...bill } = billOf(times(rest, 1e6 / delivered), prices);
  return Object.values(bill).reduce((sum, one) => sum + one, 0);
}

jest.setTimeout(120_000);

describe('one message a second to many who gather their acks for 10 s', () => {
  let measured: Measured;
  beforeAll(async () => {
    measured = await measure((deployment) =>
      steady(deployment, { subscribers: 40, connected: 40, seconds: 10, gather: 10 }),
    );
  });
  const each = () => times(measured.rest, 1 / measured.delivered);

  it('is acked to the last', () => {
    expect(measured.delivered).toBe(40 * 10);
  });

  it('takes a frame for each delivery, and a tenth of one to ack it', () => {
    expect(each().frames).toBeCloseTo(1.1, 6);
  });

  it('takes a write for each delivery, and a tenth of one to ack it', () => {
    expect(each().writeUnits).toBeLessThanOrEqual(1.11);
  });

  it('takes a third of a read for each delivery at most', () => {
    expect(each().readUnits).toBeLessThanOrEqual(0.35);
  });

  it('takes a tenth of an invocation to ack it, and one for all to deliver', () => {
    expect(each().invocations).toBeLessThanOrEqual(0.1 + 1 / 40 + 0.003);
  });

  it('costs so little that $0.04 are left of $1.90 a million for the time of Lambda', () => {
    expect(counted(measured)).toBeLessThanOrEqual(1.86);
  });

  it('takes two write units for each publish', () => {
    expect(measured.publish.writeUnits / measured.published).toBe(2);
  });
});

it('a burst of 100 costs at most $0.10 a million but for the time of Lambda, a frame for as many as fit it', async () => {
  const measured = await measure((deployment) => burst(deployment, 100, 10));
  expect(measured.delivered).toBe(1_000);
  expect(counted(measured)).toBeLessThanOrEqual(0.1);
  expect(measured.rest.writeUnits / measured.delivered).toBeLessThanOrEqual(0.022);
  // The first publish of a deployment records the retention, once.
  expect((measured.publish.writeUnits - 1) / measured.published).toBeLessThanOrEqual(1.01);
});

it('a message to subscribers that are away takes a read to learn of its shards, and one for each to see that nobody is there', async () => {
  const away = (subscribers: number) =>
    measure((deployment) => steady(deployment, { subscribers, connected: 0, seconds: 3, gather: 1 }));
  const [few, many] = [await away(5), await away(40)];
  expect(many.rest).toMatchObject({ writeUnits: 0, frames: 0, sqsRequests: 0, invocations: few.rest.invocations });
  expect(many.rest.readUnits).toBe(2 * many.published);
  expect(few.rest.readUnits).toBe(2 * few.published);
});

it('one message a second to a single subscriber takes at most one timer in each ack deadline', async () => {
  const seconds = 2 * ACK_DEADLINE;
  const measured = await measure((deployment) =>
    steady(deployment, { subscribers: 1, connected: 1, seconds, gather: 1 }),
  );
  expect(measured.timers).toBeGreaterThan(0);
  expect(measured.timers).toBeLessThanOrEqual(seconds / ACK_DEADLINE);
});

it('nothing at all takes nothing for a month', async () => {
  const { rest } = await measure(nothing);
  expect(Object.values(rest).every((count) => count === 0)).toBe(true);
});

it('an idle connection takes its frames of ping and pong, and nothing of the tables between its first and its last', async () => {
  const measured = await measure((deployment) => idleConnections(deployment, 2 / 730));
  const pings = (2 * 3_600) / 240 - 1;
  expect(measured.rest.frames).toBe(2 * pings + 1);
  // What connecting and leaving take: a read for each ping would be more by itself.
  expect(measured.rest.writeUnits).toBeLessThanOrEqual(10);
  expect(measured.rest.readUnits).toBeLessThan(pings / 2);
});
