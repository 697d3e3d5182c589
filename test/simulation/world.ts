import { type BrokerSettings, DEFAULT_SETTINGS, type QueueName } from '../../broker';
import { SimulatedDatabase } from './aws/database';
import { SimulatedGateway } from './aws/gateway';
import { SimulatedLambda } from './aws/lambda';
import { SimulatedStream } from './aws/stream';
import type { Change } from './aws/table';
import { SimulatedWakeUpQueue } from './aws/wakeUpQueue';
import { Client } from './client';
import { Faults } from './faults';
import { checkAwake, checkEnded, checkNothingLost } from './oracle/ending';
import { Oracle } from './oracle/oracle';
import { Random } from './random';
import { Scheduler } from './scheduler';
import { Tally } from './tally';
import { Trace } from './trace';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const QUEUES = ['orders', 'users'] as QueueName[];
/** Longer than anything waits by itself: the longest back-off, or an extension and a redelivery after it. */
const CALM_MS = 40 * MINUTE;
const EXPIRY_MS = 7 * MINUTE;
/** How far the clocks of processes are from the true time, either way: two are up to 30 s apart. Milliseconds. */
const SKEW_MS = 15_000;

/** An invariant that was broken. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/**
 * One run: an account of AWS with Holdfast in it, its clients, and those who watch. All that happens hangs on the seed.
 */
export class World {
  readonly random: Random;
  readonly tally = new Tally();
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly settings: BrokerSettings;
  /** Of messages: an operator may change it. Milliseconds. */
  readonly shortestRetention: number;
  /** How far apart two clocks may be. Milliseconds. */
  readonly apart: number;
  readonly database: SimulatedDatabase;
  readonly wakeUps: SimulatedWakeUpQueue;
  readonly gateway: SimulatedGateway;
  readonly lambda: SimulatedLambda;
  readonly oracle: Oracle;
  readonly streams: readonly SimulatedStream[];
  /** How many wake-ups the platform gave up, after many tries. */
  givenUp = 0;
  private readonly clients: Client[];
  private failure: string | undefined;
  private ids = 0;

  constructor(seed: number, tell?: (line: string) => void) {
    this.random = new Random(seed);
    this.scheduler = new Scheduler(this.random, START);
    this.trace = new Trace(this.scheduler, tell);
    const roughness = this.random.pick([0, 0.5, 1, 1, 2, 3]);
    this.faults = new Faults(this.random, new Random(-1 - seed), roughness, this.tally);
    this.apart = this.random.chance(0.3) ? 2 * SKEW_MS : 0;
    const retentions = [DEFAULT_SETTINGS.messageRetention, 5 * MINUTE, 20 * MINUTE];
    const before = this.random.pick(retentions);
    const after = this.random.chance(0.3) ? this.random.pick(retentions) : before;
    const changeAt = START + this.random.pick([2, 5, 15]) * MINUTE;
    this.shortestRetention = Math.min(before, after);
    const { scheduler } = this;
    this.settings = {
      ...DEFAULT_SETTINGS,
      get messageRetention() {
        return scheduler.now < changeAt ? before : after;
      },
      leastRetention: this.shortestRetention,
      shardSize: this.random.pick([1, 1, 2, 250]),
    };
    this.database = new SimulatedDatabase(this);
    this.wakeUps = new SimulatedWakeUpQueue(this);
    this.gateway = new SimulatedGateway(this);
    this.lambda = new SimulatedLambda(this);
    this.streams = [
      this.streamOf(
        'messages',
        ({ before, after }) => before === undefined && (after?.event ?? after?.tombstone) !== undefined,
      ),
      this.streamOf('connections', ({ before, after }) => before === undefined || after === undefined),
    ];
    this.oracle = new Oracle(this);
    const queues = QUEUES.slice(0, this.random.between(1, QUEUES.length));
    this.clients = Array.from(
      { length: this.random.between(1, 3) },
      (_, i) => new Client(this, `c${i}`, queues, this.random.chance(0.2)),
    );
  }

  nextId(): string {
    this.ids += 1;
    return `01${String(this.ids).padStart(24, '0')}`;
  }

  /** Notes that an invariant was broken; the first one counts. */
  fail(promise: string): void {
    this.failure ??= promise;
    this.trace.note(() => `BROKEN: ${promise}`);
    this.scheduler.stop();
  }

  /** @throws Broken an invariant does not hold. */
  async run(): Promise<void> {
    this.keepExpiring();
    await this.until(Promise.all(this.clients.map((client) => client.live(this.random.between(5, 14)))));
    this.trace.note(() => 'CALM');
    this.faults.end();
    // Whatever is under way may still fail by what went wrong before.
    await this.pass(2 * MINUTE);
    const connected = this.clients.filter((client) => client.isServed);
    for (const client of connected) void client.calmDown();
    await this.pass(CALM_MS);
    if (this.givenUp === 0)
      checkAwake(
        this,
        connected.filter((one) => one.isServed && !this.oracle.armed.isExcused(one.client)),
      );
    this.assertHolds();
    this.trace.note(() => 'EVERYBODY IS BACK');
    // What the platform gave up, or a request left undone that failed, is done when its client connects anew.
    for (const one of this.clients) void one.reconnect(this.givenUp > 0 || this.oracle.armed.isExcused(one.client));
    await this.pass(CALM_MS);
    checkAwake(this, this.clients);
    checkNothingLost(this);
    checkEnded(this);
    this.assertHolds();
  }

  private async until(all: Promise<unknown>): Promise<void> {
    let isOver = false;
    void all.then(() => {
      isOver = true;
    });
    while (!isOver) await this.pass(5_000);
  }

  private async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.now + ms);
    this.assertHolds();
  }

  private assertHolds(): void {
    if (this.failure !== undefined) throw new Broken(this.failure);
  }

  /** Wakes `deliver` by the stream of a table; `filter` as `lib/wake.ts` has it. */
  private streamOf(table: string, filter: (change: Change) => boolean): SimulatedStream {
    const stream = new SimulatedStream(this, filter);
    stream.follow(this.database.table(table));
    return stream;
  }

  private keepExpiring(): void {
    this.scheduler.later(this.random.between(MINUTE, EXPIRY_MS), () => {
      this.database.expire();
      this.keepExpiring();
    });
  }
}
