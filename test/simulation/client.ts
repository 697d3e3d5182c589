import type { ConnectionId, QueueName, Seq, ServerFrame } from '../../broker';
import type { Peer } from './aws/gateway';
import { UNSETTLED_MS } from './oracle/account';
import type { Asked } from './oracle/oracle';
import type { World } from './world';

type Request = Readonly<Record<string, unknown>>;

interface Awaited {
  readonly asked: Asked;
  answered(reply: ServerFrame | undefined): void;
}

/** What a client does next, and how likely. */
const HABITS = {
  publish: 26,
  burst: 7,
  repeat: 5,
  subscribe: 6,
  unsubscribe: 4,
  anew: 3,
  seek: 8,
  catchup: 2,
  redrive: 5,
  purge: 1,
  look: 2,
  connect: 8,
  leave: 7,
  vanish: 2,
  rest: 4,
} as const;

/** What a client does with a message it gets. */
const REACTIONS = { ack: 50, ackLate: 10, ackUpTo: 5, nack: 12, reject: 5, extend: 6, ignore: 12 } as const;

/** How long a client waits for a reply. Milliseconds. */
const PATIENCE_MS = 15_000;
const MOST_CONNECTIONS = 3;
const EVENTS = ['add', 'delete', 'move'];
/** A payload of which two fit no frame. */
const LARGE = 17_000;

/** A client that does as it likes, and, once the world is calm, what it should. */
export class Client implements Peer {
  /** Open connections; those that were welcomed. */
  private readonly connections = new Map<ConnectionId, { welcomed: boolean }>();
  private readonly awaited = new Map<string, Awaited>();
  private readonly reacted = new Set<string>();
  /** Until when the outcome of a request is open which changes the subscription of a queue. */
  private readonly unsettled = new Map<string, number>();
  /** The last request that changes the subscription of a queue, if it was not answered well. */
  private readonly unfinished = new Map<string, Request>();
  /** Publishes with an id of the client's, and whether they were answered. */
  private readonly repeatable: { readonly frame: Request; answered: boolean }[] = [];
  private connecting = 0;
  private asks = 0;
  private published = 0;
  private isCalm = false;
  private clientId: string;

  /**
   * @param isAnonymous it gives no client id, and is another client with each connection, of which it has one at a
   * time.
   */
  constructor(
    private readonly world: World,
    readonly name: string,
    private readonly queues: readonly QueueName[],
    readonly isAnonymous: boolean,
  ) {
    this.clientId = name;
  }

  /** The client id that it has at present. */
  get client(): string {
    return this.clientId;
  }

  /** Whether it has a connection by which it expects what it is owed. */
  get isServed(): boolean {
    return [...this.connections.values()].some(({ welcomed }) => welcomed);
  }

  get isConnected(): boolean {
    return this.connections.size > 0;
  }

  /** Does so many things, with pauses. */
  async live(deeds: number): Promise<void> {
    const { random, scheduler } = this.world;
    await this.connect();
    for (const queue of this.queues)
      if (random.chance(0.7)) await this.change({ action: 'subscribe', queue, ...this.wishes() });
    for (let i = 0; i < deeds; i++) {
      await scheduler.sleep(this.pause());
      await this.act(random.weighted(HABITS));
    }
  }

  /** From now on it acks whatever it gets, and sees through what it began. */
  async calmDown(): Promise<void> {
    this.isCalm = true;
    if (!this.isConnected) return;
    await this.world.scheduler.sleep(UNSETTLED_MS);
    for (const { frame, answered } of this.repeatable) if (!answered) await this.publish(frame);
    for (const request of [...this.unfinished.values()]) await this.change(request);
  }

  /** @param anew also if it has a connection already. */
  async reconnect(anew: boolean): Promise<void> {
    if (anew)
      for (const connection of [...this.connections.keys()]) this.world.gateway.close(connection, 'by the client');
    if (!this.isServed) await this.connect();
    await this.world.scheduler.sleep(UNSETTLED_MS);
    await this.calmDown();
  }

  receive(frame: ServerFrame, connection: ConnectionId): void {
    const { oracle, trace, tally } = this.world;
    const ref = 'ref' in frame && frame.ref !== undefined ? frame.ref : undefined;
    const awaited = ref === undefined ? undefined : this.awaited.get(ref);
    trace.note(() => `${connection} gets ${shown(frame)}`);
    oracle.hears(this.client, connection, frame, awaited?.asked);
    if (ref !== undefined) this.awaited.delete(ref);
    awaited?.answered(frame);
    const wire = this.connections.get(connection);
    if (frame.type === 'welcome' && wire) wire.welcomed = true;
    if (frame.type === 'messages') this.react(frame.queue as QueueName, frame.messages);
    if (frame.type === 'settled') tally.add('told that others settled');
    if (frame.type === 'error' && frame.message === 'the server failed to do this')
      this.world.fail(`no request fails by the server's own fault: ${shown(awaited?.asked.frame)}`);
  }

  opened(connection: ConnectionId, client: string): void {
    this.clientId = client;
    if (this.isAnonymous) this.reacted.clear();
    this.connections.set(connection, { welcomed: false });
  }

  closed(connection: ConnectionId): void {
    this.connections.delete(connection);
  }

  private pause(): number {
    const { random } = this.world;
    const kind = random.weighted({ none: 35, short: 45, long: 17, veryLong: 3 });
    if (kind === 'none') return random.between(0, 30);
    if (kind === 'short') return random.between(0, 3_000);
    return random.between(0, kind === 'long' ? 45_000 : 900_000);
  }

  private async act(deed: keyof typeof HABITS): Promise<void> {
    const { random, scheduler, gateway } = this.world;
    const queue = random.pick(this.queues);
    switch (deed) {
      case 'connect':
        await this.connect();
        // At once, beside its welcome.
        if (random.chance(0.3)) await this.change({ action: 'subscribe', queue, ...this.wishes() });
        return;
      case 'leave': {
        const [first] = this.connections.keys();
        if (first !== undefined) gateway.close(first, 'by the client');
        // As clients do whose connection broke.
        if (random.chance(0.5)) await this.connect();
        return;
      }
      case 'vanish':
        for (const connection of [...this.connections.keys()]) gateway.close(connection, 'by the client');
        await scheduler.sleep(random.pick([5_000, 60_000, 700_000, 3_000_000]));
        return this.connect();
      case 'rest':
        return scheduler.sleep(random.between(1_000, 60_000));
    }
    if (!this.isConnected) return this.connect();
    switch (deed) {
      case 'publish':
        return this.publishNew(queue, 1);
      case 'burst':
        return this.publishNew(queue, random.between(2, 6));
      case 'repeat':
        if (this.repeatable.length > 0) await this.publish(random.pick(this.repeatable).frame);
        return;
      case 'subscribe':
        return this.change({ action: 'subscribe', queue, ...this.wishes() });
      case 'unsubscribe':
        return this.change({ action: 'unsubscribe', queue, ...this.someEvents() });
      case 'anew':
        await this.change({ action: 'unsubscribe', queue });
        return this.change({ action: 'subscribe', queue, ...this.wishes() });
      case 'seek':
        return this.change({ action: 'seek', queue, to: random.chance(0.5) ? 'earliest' : this.position() });
      case 'catchup':
        return void this.ask({ action: 'catchup', ...(random.chance(0.5) ? { queue } : {}) });
      case 'redrive':
        return void this.ask({ action: 'redrive', queue });
      case 'purge':
        return void this.ask({ action: 'purge', queue, seqs: [random.between(1, 20)] });
      case 'look':
        return void this.ask(this.look(queue));
    }
  }

  private async connect(): Promise<void> {
    if (this.connecting + this.connections.size >= (this.isAnonymous ? 1 : MOST_CONNECTIONS)) return;
    this.connecting += 1;
    await this.world.gateway.connect(this);
    this.connecting -= 1;
    if (!this.isAnonymous || this.isCalm) return;
    for (const queue of this.queues)
      if (this.world.random.chance(0.7)) void this.change({ action: 'subscribe', queue, ...this.wishes() });
  }

  private async publishNew(queue: QueueName, count: number): Promise<void> {
    const { random } = this.world;
    const messages = Array.from({ length: count }, () => {
      this.published += 1;
      const payload = random.chance(0.08) ? 'x'.repeat(LARGE) : `${this.name} ${this.published}`;
      const id = random.chance(0.4) ? { id: `${this.name} ${this.published}` } : {};
      return { event: random.pick(EVENTS), payload, ...id };
    });
    const frame = count === 1 ? { action: 'publish', queue, ...messages[0] } : { action: 'publish', queue, messages };
    if (messages.every((message) => 'id' in message)) this.repeatable.push({ frame, answered: false });
    await this.publish(frame);
  }

  private async publish(frame: Request): Promise<void> {
    const asked = this.ask(frame).then((reply) => {
      const known = this.repeatable.find((one) => one.frame === frame);
      if (known && reply?.type === 'published') known.answered = true;
    });
    if (this.world.random.chance(0.5)) await asked;
  }

  private wishes(): Request {
    const { random } = this.world;
    return {
      ...this.someEvents(),
      ...(random.chance(0.5) ? { from: this.position() } : {}),
      ...(random.chance(0.7) ? { ackDeadline: random.pick([1, 1, 2, 5, 30]) } : {}),
      ...(random.chance(0.6) ? { maxDeliveries: random.pick([0, 1, 2, 3, 5]) } : {}),
      ...(random.chance(0.6) ? { maxInFlight: random.pick([1, 2, 3, 5, 100]) } : {}),
    };
  }

  private someEvents(): Request {
    const { random } = this.world;
    const events = EVENTS.filter(() => random.chance(0.4));
    return events.length === 0 ? {} : { events };
  }

  private position(): unknown {
    const { random, scheduler } = this.world;
    const time = () => ({ time: new Date(scheduler.now - random.between(0, 60_000)).toISOString() });
    return random.pick([() => 'new', () => 'earliest', () => ({ seq: random.between(1, 20) }), time])();
  }

  private look(queue: QueueName): Request {
    const { random } = this.world;
    const what = random.pick(['clients', 'queues', 'subscriptions', 'deadLetters', 'status']);
    if (what === 'status') return { action: 'status', queue, seq: random.between(1, 20) };
    return { action: 'list', what, queue, limit: random.between(1, 5) };
  }

  /**
   * Changes the subscription of a queue: one request at a time, for what is under way may overtake what comes later,
   * and what was not answered well is asked again before anything else.
   */
  private async change(wanted: Request): Promise<void> {
    const { scheduler } = this.world;
    const queue = String(wanted.queue);
    if ((this.unsettled.get(queue) ?? 0) > scheduler.now) return;
    const request = this.unfinished.get(queue) ?? wanted;
    this.unsettled.set(queue, Infinity);
    this.unfinished.set(queue, request);
    const reply = await this.ask(request);
    const isOver = reply !== undefined && (reply.type !== 'error' || reply.code === 'not_found');
    if (isOver) this.unfinished.delete(queue);
    this.unsettled.set(queue, isOver ? 0 : scheduler.now + UNSETTLED_MS);
  }

  private react(queue: QueueName, messages: readonly { readonly seq: Seq; readonly attempt: number }[]): void {
    const { random, scheduler } = this.world;
    if (this.isCalm) {
      void this.ask({ action: 'ack', queue, seqs: messages.map(({ seq }) => seq) });
      return;
    }
    for (const { seq, attempt } of messages) {
      const key = `${queue} ${seq} ${attempt}`;
      if (this.reacted.has(key)) continue;
      this.reacted.add(key);
      const reaction = random.weighted(REACTIONS);
      const delay = reaction === 'ackLate' ? random.between(0, 40_000) : random.between(0, 800);
      scheduler.later(delay, () => this.settle(queue, seq, reaction));
    }
  }

  private settle(queue: QueueName, seq: Seq, reaction: keyof typeof REACTIONS): void {
    const { random } = this.world;
    const delay = random.pick([{}, { delay: 0 }, { delay: 3 }, { delay: 60 }]);
    switch (reaction) {
      case 'ack':
      case 'ackLate':
        void this.ask({ action: 'ack', queue, seqs: [seq] });
        break;
      case 'ackUpTo':
        void this.ask({ action: 'ack', queue, upTo: seq });
        break;
      case 'nack':
        void this.ask({ action: 'nack', queue, seqs: [seq], ...delay });
        break;
      case 'reject':
        void this.ask({ action: 'reject', queue, seqs: [seq], reason: 'malformed' });
        break;
      case 'extend':
        void this.ask({ action: 'extend', queue, seqs: [seq], seconds: random.pick([1, 10, 60]) });
        this.world.scheduler.later(5_000, () => this.settle(queue, seq, 'ack'));
    }
  }

  /** @returns the reply; undefined if none came in time, or there was no connection to ask by. */
  private ask(frame: Request): Promise<ServerFrame | undefined> {
    const { gateway, oracle, random, scheduler, trace } = this.world;
    const open = [...this.connections.keys()];
    if (open.length === 0) return Promise.resolve(undefined);
    const connection = random.pick(open);
    this.asks += 1;
    const ref = `${this.name} ${this.asks}`;
    trace.note(() => `${connection} asks ${shown(frame)}`);
    const asked = oracle.asks(this.client, frame);
    return new Promise((answered) => {
      this.awaited.set(ref, { asked, answered });
      scheduler.later(PATIENCE_MS, () => answered(undefined));
      void gateway.frame(connection, { ...frame, ref });
    });
  }
}

const shown = (frame: unknown): string => JSON.stringify(frame)?.replace(/x{100,}/g, 'x…') ?? '';
