import { setTimeout as sleep } from 'node:timers/promises';
import { median, perSecond } from '../figures';
import { type Broker, type Publisher, payload } from './peer';

const OUTSTANDING = 100;
const SUBSCRIBERS = 50;
const FAN_OUT = 6_000;
const PUBLISHES = 50_000;
const MISSED = 100_000;
const A_SECOND = 500;
const SECONDS = 8;
/** Seconds that are not counted: at so few messages a second, programs take that long to compile what they do. */
const WARM_UP = 10;
/** Each on a queue of its own. */
const TIMES = 3;
/** Before them, and not counted: programs take that long to compile what they do. */
const TIMES_BEFORE = 2;

/** What is measured of a broker: medians. */
export interface Figures {
  /** Acknowledged deliveries a second, from one publisher to 50 durable subscribers. */
  readonly fanOut: number;
  /** Confirmed publishes a second, 100 outstanding, to one durable subscriber that is away. */
  readonly publishes: number;
  /** Messages a second to a durable subscriber that comes back to 100,000. */
  readonly catchUp: number;
  /** The median from publish to delivery, in milliseconds, at 500 a second to one subscriber, after 10 s of that. */
  readonly latency: number;
}

export async function measure(broker: Broker): Promise<Figures> {
  await warmUp(broker);
  return {
    publishes: await repeated((queue) => publishes(broker, `publishes-${queue}`)),
    catchUp: await repeated((queue) => catchUp(broker, `catch-up-${queue}`)),
    fanOut: await repeated((queue) => fanOut(broker, `fan-out-${queue}`)),
    latency: await latency(broker),
  };
}

/** {@link Figures.latency} alone. */
export async function measureLatency(broker: Broker): Promise<number> {
  await warmUp(broker);
  return latency(broker);
}

async function repeated(run: (queue: number) => Promise<number>): Promise<number> {
  const rates: number[] = [];
  for (let time = 0; time < TIMES_BEFORE + TIMES; time++) rates.push(await run(time));
  return median(rates.slice(TIMES_BEFORE));
}

/** Publishes with some outstanding. */
async function publishMany(publisher: Publisher, count: number, outstanding = OUTSTANDING): Promise<void> {
  let sent = 0;
  const one = async () => {
    while (sent < count) {
      sent += 1;
      await publisher.publish(payload());
    }
  };
  await Promise.all(Array.from({ length: outstanding }, one));
}

/** Counts messages up to a number. */
function counter(expected: number): { count: () => void; all: Promise<void> } {
  let seen = 0;
  let finish: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const count = () => {
    seen += 1;
    if (seen === expected) finish();
  };
  return { count, all };
}

async function warmUp(broker: Broker): Promise<void> {
  const { count, all } = counter(10_000);
  const subscriber = await broker.subscriber('warm-up', 'warm', count);
  const publisher = await broker.publisher('warm-up');
  await publishMany(publisher, 10_000);
  await all;
  await Promise.all([publisher.close(), subscriber.close()]);
}

async function fanOut(broker: Broker, queue: string): Promise<number> {
  const { count, all } = counter(FAN_OUT * SUBSCRIBERS);
  const names = Array.from({ length: SUBSCRIBERS }, (_, index) => `subscriber-${index}-${queue}`);
  const subscribers = await Promise.all(names.map((name) => broker.subscriber(queue, name, count)));
  const publisher = await broker.publisher(queue);
  const start = performance.now();
  await publishMany(publisher, FAN_OUT);
  await all;
  await Promise.all(subscribers.map((subscriber) => subscriber.close()));
  const rate = perSecond(FAN_OUT * SUBSCRIBERS, performance.now() - start);
  await publisher.close();
  return rate;
}

async function publishes(broker: Broker, queue: string): Promise<number> {
  await (await broker.subscriber(queue, `away-${queue}`, () => undefined)).close();
  const publisher = await broker.publisher(queue);
  const start = performance.now();
  await publishMany(publisher, PUBLISHES);
  const rate = perSecond(PUBLISHES, performance.now() - start);
  await publisher.close();
  return rate;
}

async function catchUp(broker: Broker, queue: string): Promise<number> {
  await (await broker.subscriber(queue, `late-${queue}`, () => undefined)).close();
  const publisher = await broker.publisher(queue);
  await publishMany(publisher, MISSED, 1_000);
  await publisher.close();
  const { count, all } = counter(MISSED);
  const start = performance.now();
  const subscriber = await broker.subscriber(queue, `late-${queue}`, count);
  await all;
  await subscriber.close();
  return perSecond(MISSED, performance.now() - start);
}

async function latency(broker: Broker): Promise<number> {
  const times: number[] = [];
  const total = A_SECOND * (WARM_UP + SECONDS);
  const { count, all } = counter(total);
  const subscriber = await broker.subscriber('latency', 'prompt', ({ at }) => {
    times.push(performance.now() - at);
    count();
  });
  const publisher = await broker.publisher('latency');
  const start = performance.now();
  for (let sent = 0; sent < total; await sleep(1))
    for (; sent < total && performance.now() - start >= (sent * 1000) / A_SECOND; sent++)
      publisher.publish(payload()).catch(fail);
  await all;
  await Promise.all([publisher.close(), subscriber.close()]);
  return median(times.slice(A_SECOND * WARM_UP));
}

function fail(error: unknown): never {
  throw error;
}
