import { type Advance, advance, dueSeqs, type Lifetime, type Reading } from '../decide/advance';
import { detach } from '../decide/attach';
import { giveBack } from '../decide/giveBack';
import { wantsEverything } from '../decide/interest';
import { windowOf } from '../decide/window';
import { censusOf } from '../model/census';
import { MESSAGE_BYTES, OPENING_MS, OPENING_RETRY_MS, UNSTORED_SKIP } from '../model/limits';
import { sizeOf } from '../model/message';
import type { QueueName, Seq, Time } from '../model/names';
import type { AttachedConnection, Flight, Subscription } from '../model/subscription';
import type { Memory, Ports, Share } from '../ports';
import { bury, findMessages } from './bury';
import { change, successor } from './change';
import { expiryFrom } from './expiry';
import { letGo } from './letGo';
import { type PushResult, push, tellGaps } from './push';
import { Round } from './round';

const PAGE = 250;
const SECOND = 1_000;
/** How soon to look again at a number that is neither read nor free. Milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** Delivers to one subscription all that can be delivered now. */
export async function deliver(ports: Ports, subscription: Subscription): Promise<void> {
  const round = new Round(ports.log, subscription.queue, [subscription]);
  try {
    await deliverIn(round, ports, subscription);
  } finally {
    await round.end(ports, subscription);
  }
}

/**
 * Delivers to one subscription all that can be delivered now: reads the log, advances, arms the timer, tells of gaps,
 * stores, and only then pushes. Never assumes what a wake-up was for.
 *
 * @param round what it shares with others of the same wake-up; to be ended when they are done.
 * @param subscription as read after whatever woke it.
 */
export async function deliverIn(round: Round, ports: Ports, subscription: Subscription): Promise<void> {
  let state: State | undefined = { stored: subscription, current: subscription };
  while (state?.current.connections.some(mayTake(ports)))
    state =
      ports.memory === undefined
        ? await deliverSome(round, ports, state)
        : await deliverWithin(ports.memory, round, ports, state);
}

interface State {
  readonly stored: Subscription;
  /** May be ahead of what is stored, by messages that were passed over: those cost no write each. */
  readonly current: Subscription;
}

/** As {@link deliverSome}, when there is room in memory for what may be read. */
async function deliverWithin(memory: Memory, round: Round, ports: Ports, state: State): Promise<State | undefined> {
  const isEarly = ports.deadline?.isNear() === false;
  const share = await memory.take(mostRead(state.current, ports.clock.now()));
  try {
    // It waited too long.
    if (isEarly && ports.deadline?.isNear()) return await handOver(ports, state.stored);
    return await deliverSome(round, ports, state, share);
  } finally {
    share.free();
  }
}

/** Delivers as much as is read at a time. Returns what to go on with, if there is more. */
async function deliverSome(
  round: Round,
  ports: Ports,
  { stored, current }: State,
  share?: Share,
): Promise<State | undefined> {
  const now = ports.clock.now();
  const reading = await read(ports, current, round, now);
  share?.keep(sizeIn(reading));
  const step = advance(current, reading, now, round.jitter(ports));
  if (step.holes.length > 0) {
    const isFilled = await fillHoles(ports, current, reading, now);
    round.forget();
    if (!isFilled) return later(ports, stored, now);
    return ports.deadline?.isNear() ? handOver(ports, stored) : { stored, current };
  }
  if (step.wakeAt !== undefined) await round.arm(ports, current, step.wakeAt, now);
  if (step.gaps.length > 0 && !(await tell(ports, stored, step, now))) return undefined;
  let { more } = step;
  let left: State = { stored, current: step.subscription };
  if (isWorthStoring(stored, step)) {
    const saved = { ...step, subscription: successor(stored, step.subscription) };
    if (step.wakeAt !== undefined) round.owe(step.wakeAt);
    if (!(await ports.subscriptions.save(saved.subscription, now))) {
      const again = await ports.subscriptions.get(stored, ports.clock.now());
      return again && { stored: again, current: again };
    }
    const result = await push(ports, current, saved, round);
    // Those that refused and are not known to be full: they would refuse again.
    const refusing = result.refused === undefined ? [] : saved.subscription.connections.filter(mayTake(ports));
    const dead = unburied(stored, saved.subscription, now);
    // What was taken back is due at once for those who connected meanwhile, or take frames again.
    more ||= result.refused !== undefined;
    let kept: Subscription | undefined = saved.subscription;
    if (result.gone.length > 0 || result.missed.length > 0 || result.refused !== undefined)
      kept = await release(ports, kept, result, refusing);
    if (kept === undefined) return undefined;
    if (dead.length > 0) kept = (await bury(ports, kept, dead)) ?? kept;
    left = { stored: kept, current: kept };
  }
  if (!more) return undefined;
  return ports.deadline?.isNear() ? handOver(ports, left.stored) : left;
}

/** Whether there is any use in a push to it. One that is full is welcomed anew when there is. */
const mayTake =
  ({ pusher }: Ports) =>
  ({ connection }: AttachedConnection): boolean =>
    pusher.isFull?.(connection) !== true;

/** Leaves the rest to another who has more time, or better luck. */
export async function handOver(ports: Ports, { queue, shard, client }: Subscription): Promise<undefined> {
  await ports.wakeUps.send({ kind: 'subscription', shard: { queue, shard }, client }, 0);
}

/**
 * Fills numbers that their publisher never wrote: as many as are sure to be that, by the age of what is before them.
 *
 * @returns false if something was there everywhere: it was just written, or expires by another clock than this one.
 */
async function fillHoles(ports: Ports, subscription: Subscription, reading: Reading, now: Time): Promise<boolean> {
  const { queue, next } = subscription;
  const before = await lifetimeBefore(ports, queue, next, now);
  const { holes } = advance(subscription, { ...reading, ...(before === undefined ? {} : { before }) }, now, 0);
  const filled = await Promise.all(holes.map((hole) => ports.log.fill(queue, hole)));
  ports.reporter.warn('filled numbers that their publisher never wrote', {
    queue,
    from: holes[0]?.seq,
    count: holes.length,
  });
  return filled.includes(true);
}

/** Looks again in a moment. */
async function later({ timers }: Ports, subscription: Subscription, now: Time): Promise<undefined> {
  await timers.arm(subscription, now + LOOK_AGAIN_MS, now);
}

/** Of the last message before a number, as far as it is known: what is before may be a hole itself, or have expired. */
async function lifetimeBefore(ports: Ports, queue: QueueName, next: Seq, now: Time): Promise<Lifetime | undefined> {
  let before: Lifetime | undefined;
  let from = Math.max(1, next - PAGE);
  if (from === 1) {
    const known = await ports.queues.get(queue);
    if (known !== undefined) before = { publishedAt: known.createdAt, expiresAt: Number.POSITIVE_INFINITY };
  }
  while (from < next) {
    const entries = await ports.log.read(queue, from, next - from, now);
    const last = entries.findLast(({ seq }) => seq < next);
    if (last === undefined) break;
    before = last;
    from = last.seq + 1;
  }
  return before;
}

/** How many messages are read of the backlog; one that filters reads on past what it does not want, a page at a time. */
function pageOf(subscription: Subscription): number {
  const room = windowOf(subscription).forBacklog;
  return room > 0 && !wantsEverything(subscription) ? PAGE : Math.min(room, PAGE);
}

async function read(ports: Ports, subscription: Subscription, round: Round, now: Time): Promise<Reading> {
  const due = await readDue(ports, subscription, now);
  const page = pageOf(subscription);
  // Not read, for there is no room, unless what is due turns out to be none.
  if (page === 0) return { due, entries: [], more: true };
  const slice = await round.read(subscription.next, page, now);
  if (slice.entries.length > 0) return { due, ...slice };
  const tail = await tailOf(ports, subscription.queue, subscription.next);
  return { due, ...slice, ...(tail ? { tail } : {}) };
}

/** How many of the largest messages may be read for a subscription at a time. */
const mostRead = (subscription: Subscription, now: Time): number =>
  pageOf(subscription) + dueSeqs(subscription, now).length;

/** How many of the largest messages are as large as what was read. */
function sizeIn({ due, entries }: Reading): number {
  let size = 0;
  for (const message of due.values()) if (message !== undefined) size += sizeOf(message);
  for (const entry of entries) size += sizeOf(entry);
  return Math.ceil(size / MESSAGE_BYTES);
}

const NOTHING_DUE: Reading['due'] = new Map();

async function readDue(ports: Ports, subscription: Subscription, now: Time): Promise<Reading['due']> {
  const seqs = new Set(dueSeqs(subscription, now));
  if (seqs.size === 0) return NOTHING_DUE;
  const flights = subscription.inFlight.filter(({ seq }) => seqs.has(seq));
  const messages = await findMessages(ports, subscription, flights, now);
  return new Map(flights.map(({ seq }) => [seq, messages.get(seq)]));
}

async function tailOf(ports: Ports, name: Subscription['queue'], next: Seq): Promise<Reading['tail']> {
  const queue = await ports.queues.get(name);
  if (queue === undefined || queue.head < next) return undefined;
  return { head: queue.head, headUntil: queue.headUntil };
}

/** Tells of the gaps of a step. False: nobody took them, and the step is to be made anew when somebody may. */
async function tell(ports: Ports, stored: Subscription, { gaps }: Advance, now: Time): Promise<boolean> {
  const { told, gone } = await tellGaps(ports, stored, gaps);
  if (told) return true;
  if (gone.length === stored.connections.length)
    await release(ports, stored, { gone, missed: [], refused: { next: stored.next, seqs: [] } }, gone);
  else await ports.timers.arm(stored, now + stored.settings.ackDeadline * SECOND, now);
  return false;
}

/** Passing over messages is stored only now and then; everything else at once. */
const isWorthStoring = (stored: Subscription, { subscription, gaps }: Advance): boolean =>
  gaps.length > 0 ||
  subscription.inFlight !== stored.inFlight ||
  subscription.covered !== stored.covered ||
  subscription.next - stored.next >= UNSTORED_SKIP;

/** What is dead and ours to bury: decided in this step, or claimed in it from one who did not. */
function unburied(before: Subscription, after: Subscription, now: Time): Flight[] {
  if (censusOf(after.inFlight).dead === 0) return [];
  const burying = new Set(before.inFlight.filter((flight) => flight.dead && flight.dueAt > now).map(({ seq }) => seq));
  return after.inFlight.filter((flight) => flight.dead && !burying.has(flight.seq));
}

/**
 * Lets go of connections that are gone, sets aside those that missed something, and takes back what none took. One that was made a moment ago may only not be
 * open yet, for its record can overtake the answer of the connect route: it is tried again shortly.
 *
 * @param refusing connections that would refuse again.
 * @returns the subscription to go on with; undefined if there is none to deliver to at present.
 */
async function release(
  ports: Ports,
  { queue, shard, client }: Subscription,
  { gone, missed, refused }: PushResult,
  refusing: readonly AttachedConnection[],
): Promise<Subscription | undefined> {
  const now = ports.clock.now();
  const isOpening = ({ connectedAt }: AttachedConnection) => now - connectedAt < OPENING_MS;
  const ended = gone.filter((connection) => !isOpening(connection));
  for (const connection of ended) await letGo(ports, client, connection);
  const released = await change(ports, { queue, shard, client }, (subscription, at) => {
    const kept = [...ended, ...missed].reduce(
      (state, { connection }) => detach(state, connection, expiryFrom(ports, state, at)),
      subscription,
    );
    return { subscription: refused ? giveBack(kept, refused, at) : kept };
  });
  await Promise.all(missed.map((one) => readmit(ports, one)));
  if (refused === undefined) return released?.subscription;
  if (gone.length > ended.length)
    await ports.wakeUps.send({ kind: 'subscription', shard: { queue, shard }, client }, OPENING_RETRY_MS);
  // A full one may have been welcomed before what it did not take was given back.
  const others = released?.subscription.connections.filter(
    (one) => !refusing.some((is) => is.connection === one.connection),
  );
  return others?.some(mayTake(ports)) ? released?.subscription : undefined;
}

/** One that was set aside joins anew, and is shown what is in flight, as soon as it takes frames again. */
async function readmit({ pusher, wakeUps }: Ports, { connection }: AttachedConnection): Promise<void> {
  // Of one that still is full, its pusher tells.
  if (pusher.isFull?.(connection) !== true) await wakeUps.send({ kind: 'welcome', connection }, 0);
}
