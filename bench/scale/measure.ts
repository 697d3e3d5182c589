import { audience, clientOf, Publisher, Subscriber } from '../cost/audience';
import { Deployment } from '../cost/deployment';
import { type Prices, priceOf, readPrices, totalOf } from '../cost/prices';
import { NOTHING, plus, times, type Usage } from '../cost/usage';
import { median } from '../figures';
import type { PerOperation, Takes } from './model';

const MILLION = 1e6;
const SUBSCRIBERS = 50;
/** How often each is measured, after as many times that are not. */
const ROUNDS = { one: 40, many: 20, timed: 20, lives: 20, pings: 20 };
/** Between two messages: so short that most find a timer pending, and so long that none does. Milliseconds. */
const OFTEN = 1_000;
const SELDOM = 40_000;
/** Requests of SQS that a wake-up takes: it is sent, received, and deleted. */
const REQUESTS_OF_WAKE_UP = 3;

/** What was used meanwhile, and milliseconds that would be billed for the functions. */
interface Spent {
  readonly usage: Usage;
  readonly ms: number;
}

const NONE: Spent = { usage: NOTHING, ms: 0 };
const sum = (...all: readonly Spent[]): Spent =>
  all.reduce((a, b) => ({ usage: plus(a.usage, b.usage), ms: a.ms + b.ms }), NONE);
const scaled = ({ usage, ms }: Spent, factor: number): Spent => ({ usage: times(usage, factor), ms: ms * factor });
const less = (all: Spent, part: Spent): Spent => sum(all, scaled(part, -1));

/** Of what is counted, the mean; of durations the median, for a busy machine makes some of them much longer. */
function typical(all: readonly Spent[]): Spent {
  const { usage } = scaled(sum(...all), 1 / all.length);
  const gigabyteSeconds = median(all.map((one) => one.usage.gigabyteSeconds));
  return { usage: { ...usage, gigabyteSeconds }, ms: median(all.map(({ ms }) => ms)) };
}

async function spent(deployment: Deployment, run: () => Promise<unknown>): Promise<Spent> {
  deployment.take();
  deployment.takeBilled();
  await run();
  return { usage: deployment.take(), ms: deployment.takeBilled() };
}

async function deployed<Answer>(services: string, run: (deployment: Deployment) => Promise<Answer>): Promise<Answer> {
  const deployment = await Deployment.open(services);
  try {
    return await run(deployment);
  } finally {
    await deployment.close();
  }
}

/**
 * What one of each operation takes, of the real functions, with what `npm run bench:cost` measures by. One subscriber
 * and many tell what is the message's and what is the subscriber's; messages that come often and seldom, what is the
 * timer's.
 */
export async function measure(services: string): Promise<PerOperation> {
  const prices = readPrices();
  const one = await deployed(services, (deployment) => rounds(deployment, 1, OFTEN, ROUNDS.one));
  const many = await deployed(services, (deployment) => rounds(deployment, SUBSCRIBERS, OFTEN, ROUNDS.many));
  const seldom = await deployed(services, (deployment) => rounds(deployment, 1, SELDOM, ROUNDS.timed));
  const toOne = servedUntimed(one);
  const toMany = servedUntimed(many);
  const delivered = scaled(less(toMany, toOne), 1 / (SUBSCRIBERS - 1));
  const take = (what: Spent) => takes(what, prices);
  return {
    published: take(typical([...one, ...many].map(({ publish }) => publish))),
    served: take(less(toOne, delivered)),
    delivered: take(delivered),
    acked: take(scaled(typical(many.map(({ acks }) => acks)), 1 / SUBSCRIBERS)),
    timed: take(less(typical(seldom.map(({ serve, after }) => sum(serve, after))), toOne)),
    connected: take(await deployed(services, lives)),
    pinged: take(await deployed(services, pings)),
    millionWakeUps: priceOf(REQUESTS_OF_WAKE_UP * MILLION, prices.holdfast.sqsRequests),
    millionMinutes: priceOf(MILLION, prices.holdfast.connectionMinutes),
  };
}

const takes = ({ usage, ms }: Spent, prices: Prices): Takes => ({
  ms,
  invocations: usage.invocations,
  writes: usage.writeUnits,
  reads: usage.readUnits,
  million: totalOf(times(usage, MILLION), prices),
});

/** A message, from its publish until the next. */
interface Round {
  readonly publish: Spent;
  /** `deliver`, for the message. */
  readonly serve: Spent;
  /** Each subscriber's ack of this message alone. */
  readonly acks: Spent;
  /** A timer, if one went off. */
  readonly after: Spent;
}

async function rounds(deployment: Deployment, subscribers: number, apart: number, count: number): Promise<Round[]> {
  const present = await audience(deployment, subscribers, subscribers);
  const publisher = await Publisher.connect(deployment);
  const measured: Round[] = [];
  for (let round = -count; round < count; round++) {
    const publish = await spent(deployment, () => publisher.one());
    const serve = await spent(deployment, () => deployment.run());
    const acks = await spent(deployment, async () => {
      for (const subscriber of present) await subscriber.ack();
    });
    const after = await spent(deployment, () => deployment.pass(apart));
    if (round >= 0) measured.push({ publish, serve, acks, after });
  }
  return measured;
}

/** What serving a message takes where it arms no timer: a timer is sent by SQS, and nothing else is to so few. */
const servedUntimed = (measured: readonly Round[]): Spent =>
  typical(measured.map(({ serve }) => serve).filter(({ usage }) => usage.sqsRequests === 0));

/** A client that has a subscription connects, is welcomed, and leaves. */
async function lives(deployment: Deployment): Promise<Spent> {
  await audience(deployment, 1, 0);
  const measured: Spent[] = [];
  for (let life = -ROUNDS.lives; life < ROUNDS.lives; life++) {
    const one = await spent(deployment, async () => {
      const subscriber = await Subscriber.connect(deployment, clientOf(0));
      await subscriber.leave();
    });
    if (life >= 0) measured.push(one);
  }
  return typical(measured);
}

async function pings(deployment: Deployment): Promise<Spent> {
  const { wire } = await Subscriber.connect(deployment, clientOf(0));
  const measured: Spent[] = [];
  for (let ping = -ROUNDS.pings; ping < ROUNDS.pings; ping++) {
    const one = await spent(deployment, () => deployment.request(wire, { action: 'ping' }));
    if (ping >= 0) measured.push(one);
  }
  return typical(measured);
}
