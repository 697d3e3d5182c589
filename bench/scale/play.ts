import { seededIds } from '../../adapters/memory';
import { DEFAULT_ACK_DEADLINE, DEFAULT_MAX_DELIVERIES } from '../../broker';
import { pauseBefore } from '../../client/backoff';
import { percentile } from '../figures';
import { Calendar } from './calendar';
import { ackRateOf, type Load, type PerOperation, shardsOf } from './model';
import type { Limits, Simulated } from './simulate';
import { Tokens } from './tokens';
import { type Acks, type Attempt, type Delivery, isDone, type Publish, takeAttempts, type Work } from './work';

/** Milliseconds between two looks at the state. */
const STEP = 10;
/** A push that is refused is tried by the SDK so often, a little later each time; then its deadline brings it again. */
const ATTEMPTS = 3;
const PAUSE = 100;
const SECOND = 1_000;
const DEADLINE = DEFAULT_ACK_DEADLINE * SECOND;
/** Of the first deliveries, one in so many is sampled for the percentiles. */
const SAMPLED = 5;
/** From a message stored to `deliver` begun: streams are asked four times a second. Milliseconds. */
const STREAM_MS = 250;
/** Milliseconds after the load in which all must be done. */
const PATIENCE = 3_600_000;

/**
 * How Lambda takes wake-ups off SQS: five at a time, and if more wait, up to 300 more a minute (its developer guide,
 * "Configuring scaling behavior for SQS event source mappings").
 */
const POLLED_AT_FIRST = 5;
const POLLED_MORE = 300 / 60_000;

/** One run of a simulation. */
export class Play {
  private readonly random: () => number;
  private readonly fromClients: Tokens;
  private readonly all: Tokens;
  private readonly publishes = new Calendar<Publish>(STEP);
  private readonly works = new Calendar<Work>(STEP);
  private readonly acks = new Calendar<Acks>(STEP);
  /** What is delivered again at a deadline, by shard and time: a timer has all of it done at once. */
  private readonly timers = new Map<string, Work>();
  /** Shards that wait for a function, woken by the stream and by SQS. */
  private readonly streamed: Work[] = [];
  private readonly polled: Work[] = [];
  private running: Work[] = [];
  /** Until then no wake-up waited for Lambda to take it off SQS. */
  private silentUntil = 0;
  private ids = 0;
  /** A part of a frame with acks that is not sent yet. */
  private partOfFrame = 0;
  private readonly latencies: number[] = [];
  private readonly counts = { deliveries: 0, last: 0, refused: 0, unacked: 0, dead: 0 };

  constructor(
    private readonly load: Load,
    private readonly each: PerOperation,
    private readonly limits: Limits,
    seed: number,
  ) {
    this.random = seededIds(seed).random;
    this.fromClients = new Tokens(limits.throttle, limits.throttleBurst);
    this.all = new Tokens(limits.frames, limits.burst);
  }

  /** @param seconds of load. */
  run(seconds: number): Simulated {
    const { connections, audience, rate } = this.load;
    const perStep = ((connections / audience) * rate * STEP) / SECOND;
    // The first message comes at once, the others in even steps.
    let due = 1;
    let now = 0;
    for (; now < seconds * SECOND || this.isBusy(); now += STEP) {
      if (now > seconds * SECOND + PATIENCE) throw new Error('what was under way did not come to an end');
      if (now < seconds * SECOND) due += perStep;
      for (; due >= 1; due -= 1) this.publishes.plan({ at: now, failures: 0 }, now);
      this.step(now);
    }
    const { latencies, counts } = this;
    return { ...counts, median: percentile(latencies, 0.5), p99: percentile(latencies, 0.99), ended: now };
  }

  private isBusy(): boolean {
    const { publishes, works, acks, streamed, polled, running } = this;
    return publishes.size + works.size + acks.size + streamed.length + polled.length + running.length > 0;
  }

  private step(now: number): void {
    this.begin(now);
    for (const work of this.running) work.credit += STEP / this.each.delivered.ms;
    const publishes = this.publishes.take(now);
    const acks = this.acks.take(now);
    const attempts = this.running.flatMap((work) => takeAttempts(work, now));
    const { published, acked, pushed } = this.grant(publishes, acks, attempts);
    for (const [index, publish] of publishes.entries()) this.publish(publish, published[index] === 1, now);
    for (const [index, group] of acks.entries()) this.lose(group, group.frames - (acked[index] ?? 0), now);
    for (const [index, attempt] of attempts.entries()) this.push(attempt, pushed[index] ?? 0, now);
    this.running = this.running.filter((work) => !isDone(work));
  }

  /** All ask for the tokens of the account, clients only for what the stack's own throttle lets through. */
  private grant(publishes: readonly Publish[], acks: readonly Acks[], attempts: readonly Attempt[]) {
    this.fromClients.refill(STEP);
    this.all.refill(STEP);
    const asked = [...publishes.map(() => 1), ...acks.map(({ frames }) => frames)];
    const clients = this.fromClients.take(asked, this.random());
    const granted = this.all.take([...clients, ...attempts.map(({ count }) => count)], this.random());
    return {
      published: granted.slice(0, publishes.length),
      acked: granted.slice(publishes.length, clients.length),
      pushed: granted.slice(clients.length),
    };
  }

  /** Hands functions to shards that were woken, as far as there are any. */
  private begin(now: number): void {
    for (const work of this.works.take(now)) (work.delivery.isPolled ? this.polled : this.streamed).push(work);
    const { concurrency, wakeUps } = this.limits;
    const polledAtOnce = Math.min(wakeUps, Math.floor(POLLED_AT_FIRST + (now - this.silentUntil) * POLLED_MORE));
    const polled = this.running.filter(({ delivery }) => delivery.isPolled).length;
    this.running.push(...this.streamed.splice(0, Math.max(0, concurrency - this.running.length)));
    const free = Math.min(concurrency - this.running.length, polledAtOnce - polled);
    this.running.push(...this.polled.splice(0, Math.max(0, free)));
    if (this.polled.length === 0) this.silentUntil = now;
  }

  private publish({ at, failures }: Publish, isTaken: boolean, now: number): void {
    if (!isTaken)
      this.publishes.plan({ at, failures: failures + 1 }, now + STEP + pauseBefore(failures, this.random()));
    else this.wake(at, now);
  }

  private wake(publishedAt: number, now: number): void {
    const { audience } = this.load;
    const shards = shardsOf(audience);
    const upTo = (shard: number) => Math.floor((audience * shard) / shards);
    for (let shard = 0; shard < shards; shard++) {
      this.ids += 1;
      const delivery = { id: this.ids, publishedAt, times: 0, isPolled: shard > 0 };
      this.works.plan(this.work(delivery, upTo(shard + 1) - upTo(shard)), now + STEP + this.random() * STREAM_MS);
    }
  }

  /** Of a function that begins with looking after the message. */
  private work(delivery: Delivery, left: number): Work {
    return { delivery, left, credit: -this.each.served.ms / this.each.delivered.ms, again: [] };
  }

  private push({ work, count, refusals }: Attempt, taken: number, now: number): void {
    const left = count - taken;
    if (taken > 0) this.deliver(work.delivery, taken, now);
    if (left === 0) return;
    const refused = refusals + 1;
    if (refused < ATTEMPTS)
      work.again = [...work.again, { count: left, refusals: refused, at: now + STEP + PAUSE * 2 ** refused }];
    else {
      this.counts.refused += left;
      this.deliverAgain(work.delivery, left, now + DEADLINE);
    }
  }

  private deliver(delivery: Delivery, count: number, now: number): void {
    if (delivery.times === 0) this.note(now - delivery.publishedAt, count);
    // Where several messages are gathered, their acks share a frame.
    this.partOfFrame += (count * ackRateOf(this.load)) / this.load.rate;
    const frames = Math.floor(this.partOfFrame);
    this.partOfFrame -= frames;
    const acks = { delivery: { ...delivery, times: delivery.times + 1 }, deliveries: count, frames };
    this.acks.plan({ ...acks, deadline: now + DEADLINE }, now + Math.max(STEP, this.load.gather * SECOND));
  }

  private note(latency: number, count: number): void {
    const { counts } = this;
    const sampled = Math.floor(counts.deliveries / SAMPLED);
    counts.deliveries += count;
    counts.last = Math.max(counts.last, latency);
    for (let i = sampled; i < Math.floor(counts.deliveries / SAMPLED); i++) this.latencies.push(latency);
  }

  /** What becomes of deliveries whose acks were refused. */
  private lose({ delivery, deliveries, frames, deadline }: Acks, lost: number, now: number): void {
    if (lost === 0) return;
    const left = Math.round((deliveries * lost) / frames);
    this.counts.unacked += left;
    if (delivery.times >= DEFAULT_MAX_DELIVERIES) this.counts.dead += left;
    else this.deliverAgain(delivery, left, Math.max(now + STEP, deadline));
  }

  /** Timers are of whole seconds. */
  private deliverAgain(delivery: Delivery, count: number, at: number): void {
    const second = Math.ceil(at / SECOND);
    const key = `${delivery.id} ${delivery.times} ${second}`;
    const armed = this.timers.get(key);
    if (armed !== undefined) {
      armed.left += count;
      return;
    }
    const work = this.work({ ...delivery, isPolled: true }, count);
    this.timers.set(key, work);
    this.works.plan(work, second * SECOND);
  }
}
