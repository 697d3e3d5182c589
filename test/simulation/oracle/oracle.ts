import { toSubscription } from '../../../adapters/dynamodb/subscriptionItem';
import type { ClientId, EventName, QueueName, Seq } from '../../../broker/model/names';
import { EVERY_EVENT, isAnonymous } from '../../../broker/model/names';
import type { Flight, Subscription } from '../../../broker/model/subscription';
import type { FrameOf, ServerFrame } from '../../../broker/protocol/frames';
import type { Item } from '../aws/expression';
import type { Change } from '../aws/table';
import type { World } from '../world';
import { Account } from './account';
import { Armed } from './armed';
import { Attempts } from './attempts';
import { History } from './history';
import { checkTransition } from './transitions';

/** A request, and what was true when it was sent. */
export interface Asked {
  readonly frame: Readonly<Record<string, unknown>>;
  readonly headAt: Seq;
}

/**
 * Watches everything, and holds it against what was promised to whom: every change of the log and of subscriptions as
 * it is stored, every frame as it arrives.
 */
export class Oracle {
  readonly history: History;
  readonly armed: Armed;
  readonly attempts: Attempts;
  private readonly accounts = new Map<string, Account>();
  /** By queue and id: the seq that was answered. */
  private readonly ids = new Map<string, Seq>();
  private readonly parsed = new WeakMap<Item, Subscription>();
  private readonly welcomed = new Set<string>();
  private readonly ends = new Map<string, Set<Seq>>();

  constructor(private readonly world: World) {
    const { apart, database, scheduler } = world;
    this.history = new History(world.shortestRetention, apart, (promise) => this.broken(promise));
    this.armed = new Armed(world);
    this.attempts = new Attempts(world);
    scheduler.whenAtRest(() => this.armed.check());
    database.table('queues').watch((change) => this.history.counted(change, scheduler.now));
    database.table('messages').watch((change) => {
      this.history.logged(change, scheduler.now);
      const { after } = change;
      if (after?.tombstone !== undefined) world.tally.add('tombstone');
      if (after !== undefined)
        world.trace.note(() => `put: ${after.seq?.N} of ${after.queue?.S}${after.tombstone ? ', a tombstone' : ''}`);
    });
    database.table('subscriptions').watch((change) => this.subscriptionChanged(change));
  }

  account(client: string, queue: QueueName): Account {
    const key = `${client} ${queue}`;
    const known = this.accounts.get(key) ?? new Account(client, queue);
    this.accounts.set(key, known);
    return known;
  }

  all(): Iterable<Account> {
    return this.accounts.values();
  }

  /** All subscriptions that are stored. */
  stored(): Subscription[] {
    return this.world.database
      .table('subscriptions')
      .items()
      .map((item) => this.parse(item));
  }

  flightOf({ client, queue }: Account, seq: Seq): Flight | undefined {
    // By the clock of a process it may be over already.
    const latest = this.world.scheduler.now + this.world.apart;
    const subscription = this.stored().find(
      (one) => one.client === client && one.queue === queue && one.expiresAt > latest,
    );
    return subscription?.inFlight.find((flight) => flight.seq === seq);
  }

  letterOf(queue: QueueName, client: string, seq: Seq): string | undefined {
    const key = { owner: { S: `${client}#${queue}` }, seq: { N: String(seq) } };
    return this.world.database.table('deadLetters').get(key)?.payload?.S;
  }

  /** A client sends a request. */
  asks(client: string, frame: Readonly<Record<string, unknown>>): Asked {
    const { now } = this.world.scheduler;
    const queue = frame.queue as QueueName;
    const asked = { frame, headAt: queue === undefined ? 0 : this.history.head(queue) };
    if (queue === undefined) return asked;
    const account = this.account((frame.clientId as string | undefined) ?? client, queue);
    const seqs = (frame.seqs ?? []) as Seq[];
    const events = frame.events as EventName[] | undefined;
    switch (frame.action) {
      case 'subscribe':
        account.subscribing(
          events ?? [EVERY_EVENT],
          Math.min(firstOf(frame.from, asked.headAt), asked.headAt + 1),
          now,
        );
        break;
      case 'unsubscribe':
        account.unsubscribing(events, now);
        break;
      case 'seek':
        account.seeking(firstOf(frame.to, asked.headAt), now);
        break;
      case 'ack':
        if (frame.upTo === undefined) account.acking(seqs);
        else account.ackingUpTo(frame.upTo as Seq);
        break;
      case 'reject':
        for (const seq of seqs) account.rejected.add(seq);
        break;
      case 'purge':
        for (const seq of seqs) account.purged.add(seq);
        break;
    }
    return asked;
  }

  /** A frame arrives at a client; `asked` is the request that it answers, if it is a reply. */
  hears(client: string, connection: string, frame: ServerFrame, asked: Asked | undefined): void {
    if (frame.type === 'welcome') this.welcomed.add(connection);
    if (!('queue' in frame) || frame.queue === undefined) return;
    const queue = frame.queue as QueueName;
    const account = this.account(client, queue);
    if (frame.type === 'messages') this.hearsMessages(account, connection, frame);
    if (frame.type === 'gap') this.hearsGap(account, frame);
    if (frame.type === 'published' && asked) this.hearsPublished(frame, asked);
    if (frame.type === 'unsubscribed') account.unsubscribed(frame.events as EventName[]);
    if (frame.type === 'sought') account.sought(frame.next);
    if (frame.type === 'subscribed') {
      const events = (asked?.frame.events as EventName[] | undefined) ?? [EVERY_EVENT];
      account.subscribed(events, frame.created ? frame.next : this.history.head(queue) + 1);
    }
  }

  /** The connection of an anonymous client ended. */
  leaves(client: string): void {
    for (const account of this.accounts.values())
      if (account.client === client) account.leaves(this.world.scheduler.now);
  }

  isWelcomed(connection: string): boolean {
    return this.welcomed.has(connection);
  }

  broken(promise: string): void {
    this.world.fail(promise);
  }

  private parse(item: Item): Subscription {
    const known = this.parsed.get(item) ?? toSubscription(item);
    this.parsed.set(item, known);
    return known;
  }

  private subscriptionChanged({ before, after }: Change): void {
    const { apart, database, scheduler, tally, trace } = this.world;
    const { now } = scheduler;
    const was = before && this.parse(before);
    const is = after && this.parse(after);
    const one = is ?? was;
    if (one === undefined) return;
    const account = this.account(one.client, one.queue);
    trace.note(() => (is === undefined ? `${one.client} of ${one.queue} ends` : `stored: ${told(is)}`));
    if (is === undefined) {
      const isOver = account.mayBeEnded(now) || one.expiresAt <= now;
      if (!isOver) this.broken(`no subscription ends by itself (${one.client} of ${one.queue})`);
      tally.add('subscription ended');
      if (isAnonymous(one.client)) tally.add('anonymous subscription ended');
    } else if (is.version === 1) {
      if (was !== undefined && was.expiresAt > now) this.broken('no subscription is made over another');
      account.began(now);
      tally.add('subscription made');
    } else if (was === undefined || is.version !== was.version + 1) {
      this.broken(`a subscription is stored over the version it was made from (${is.client}, ${is.version})`);
    } else {
      checkTransition(was, is, account, {
        history: this.history,
        now,
        apart,
        letterOf: (...args) => this.letterOf(...args),
        broken: (promise) => this.broken(promise),
        decided: (of, flight) => this.attempts.stored(database.writer, of, flight),
        tally,
      });
    }
  }

  private hearsMessages(account: Account, connection: string, frame: FrameOf<'messages'>): void {
    const { from, next, messages } = frame;
    const where = `(${account.client} of ${account.queue})`;
    if (!this.welcomed.has(connection)) this.broken(`the first frame is the welcome ${where}`);
    let last = 0;
    for (const { seq, attempt, payload, event, id } of messages) {
      const known = this.history.at(account.queue, seq)?.message;
      const isSame = known?.payload === JSON.stringify(payload) && known.event === event && known.id === id;
      if (!isSame) this.broken(`a message is delivered as it was published: ${seq} ${where}`);
      if (!account.decided.has(`${seq}/${attempt}`))
        this.broken(`what is pushed was stored before: ${seq}, attempt ${attempt} ${where}`);
      if (seq <= last) this.broken(`a frame is in order: ${seq} ${where}`);
      last = seq;
      if (from !== undefined && next !== undefined && (seq < from || seq >= next || attempt !== 1))
        this.broken(`a frame of first deliveries covers what it holds: ${seq} ${where}`);
      account.received.add(seq);
    }
    if (from !== undefined && next !== undefined) this.join(account, connection, from, next);
  }

  /** Each frame of first deliveries begins where a stored range does, or where the frame before it ended. */
  private join(account: Account, connection: string, from: Seq, next: Seq): void {
    const ends = this.ends.get(connection) ?? new Set<Seq>();
    this.ends.set(connection, ends);
    const range = account.ranges.find(
      (one) => one.from <= from && next <= one.next && (one.from === from || ends.has(from)),
    );
    if (range === undefined && !account.mayHearOfBefore(this.world.scheduler.now))
      this.broken(`frames join up: ${from} to ${next} (${account.client} of ${account.queue})`);
    ends.add(next);
  }

  private hearsGap(account: Account, { from, to }: FrameOf<'gap'>): void {
    this.world.tally.add('gap');
    for (let seq = from; seq <= to; seq++) {
      if (!this.history.mayBeGone(account.queue, seq, this.world.scheduler.now))
        this.broken(`what is retained is not called gone: ${seq} (${account.client} of ${account.queue})`);
      account.gone.add(seq);
    }
  }

  private hearsPublished(frame: FrameOf<'published'>, { frame: asked }: Asked): void {
    const queue = frame.queue as QueueName;
    const answers = frame.messages ?? [frame];
    const drafts = (asked.messages ?? [asked]) as readonly { event: string; payload: unknown; id?: string }[];
    let last = 0;
    // A chosen id may stand at a number that an earlier try took.
    const isOrdered = drafts.every(({ id }) => id === undefined);
    for (const [index, draft] of drafts.entries()) {
      const { seq = 0, duplicate = false } = answers[index] ?? {};
      const known = this.history.at(queue, seq)?.message;
      if (known === undefined) this.broken(`what is answered as published is stored: ${seq} of ${queue}`);
      else if (
        draft.id === undefined &&
        !(known.payload === JSON.stringify(draft.payload) && known.event === draft.event)
      )
        this.broken(`what is answered as published is what is stored: ${seq} of ${queue}`);
      if (isOrdered && seq <= last) this.broken(`a batch is stored in its order: ${seq} of ${queue}`);
      last = seq;
      if (draft.id !== undefined) this.identify(queue, draft.id, seq, duplicate);
    }
  }

  private identify(queue: QueueName, id: string, seq: Seq, duplicate: boolean): void {
    const key = `${queue} ${id}`;
    const first = this.ids.get(key);
    const isOver = first !== undefined && this.history.isExpired(queue, first, this.world.scheduler.now);
    if (first !== undefined && first !== seq && !isOver)
      this.broken(`an id has one seq: ${id} has ${first} and ${seq}`);
    if (duplicate) this.world.tally.add('duplicate publish');
    this.ids.set(key, seq);
  }
}

/** The first seq that a position may mean. */
function firstOf(position: unknown, head: Seq): Seq {
  if (position === undefined || position === 'new') return head + 1;
  if (typeof position === 'object' && position !== null && 'seq' in position) return Number(position.seq);
  return 1;
}

const told = ({ client, queue, version, next, covered, inFlight, connections }: Subscription): string => {
  const flights = inFlight.map(
    ({ seq, attempt, dead, waiting, redriven }) =>
      `${seq}×${attempt}${dead ? '†' : ''}${waiting ? 'w' : ''}${redriven ? 'r' : ''}`,
  );
  const attached = connections.map(({ connection }) => connection);
  return `${client as ClientId} of ${queue} v${version} next ${next} covered ${covered} [${flights}] to [${attached}]`;
};
