import { censusOf } from '../model/census';
import { BURIAL_RETRY_MS, HOLES_IN_A_ROW, PUBLISHER_LIFETIME_MS } from '../model/limits';
import { isTombstone, type LogEntry, type Message, type Tombstone } from '../model/message';
import type { Seq, Time } from '../model/names';
import { amend, type Flight, type Subscription } from '../model/subscription';
import type { Delivery } from '../protocol/encode';
import { answerWithin } from './backoff';
import { dying } from './dying';
import { stillWants, wants } from './interest';
import { isAhead, windowOf } from './window';

/** What was read for one advance. */
export interface Reading {
  /** The messages of {@link dueSeqs}; undefined for those that are kept no more. */
  readonly due: ReadonlyMap<Seq, Message | undefined>;
  /** Of the log, from the cursor on: ascending, expired ones left out. */
  readonly entries: readonly LogEntry[];
  /** Whether the log may go on after `entries`. */
  readonly more: boolean;
  /**
   * The entry just before the cursor: what comes after it is no older. Left out where nobody looked for it: what is
   * found to be a hole then is to be decided once more, with it.
   */
  readonly before?: Lifetime;
  /** The queue's head, if nothing was read though something should be there: tells what retention took. */
  readonly tail?: { readonly head: Seq; readonly headUntil: Time };
}

/** When an entry was published, and when its retention ends. */
export type Lifetime = Pick<LogEntry, 'publishedAt' | 'expiresAt'>;

/** Messages that retention took before they were delivered: from, up to and including, to. */
export interface Gap {
  readonly from: Seq;
  readonly to: Seq;
}

/** What is to be done for a subscription. */
export interface Advance {
  /** The next state; the one given if nothing changed. */
  readonly subscription: Subscription;
  readonly gaps: readonly Gap[];
  readonly redeliveries: readonly Delivery[];
  /** First deliveries, and what their frames cover; undefined if there are none. */
  readonly fresh?: { readonly from: Seq; readonly next: Seq; readonly deliveries: readonly Delivery[] } | undefined;
  /** Numbers that were taken and will not be written: to be filled; then advance again. */
  readonly holes: readonly Tombstone[];
  /** When work becomes due by itself. */
  readonly wakeAt?: Time | undefined;
  /** The window has room, and the log goes on or something waits for it: advance again. */
  readonly more: boolean;
}

/**
 * Redeliveries that are due and may be made: their flights are not dead, the cursor has passed them, and the window has
 * room for what waits.
 */
function deliverable(subscription: Subscription, now: Time): Flight[] {
  const { inFlight, next } = subscription;
  if (censusOf(inFlight).due > now) return [];
  const due = inFlight.filter((flight) => flight.dueAt <= now && !flight.dead && !isAhead(flight, next));
  let room = windowOf(subscription).forWaiting;
  return due.filter((flight) => {
    if (flight.waiting) room -= 1;
    return !flight.waiting || room >= 0;
  });
}

/** The seqs that an advance now would deliver again, or find dead: their messages have to be read for it. */
export const dueSeqs = (subscription: Subscription, now: Time): Seq[] =>
  subscription.connections.length === 0 ? [] : deliverable(subscription, now).map((flight) => flight.seq);

/**
 * Decides all delivery: first deliveries, catching up, redelivery after a missed deadline, and refilling the window
 * after an ack are this one function.
 *
 * Delivers nothing to a subscription without connections. Stops at a number that is not written yet; finds it a hole
 * once a later message is older than a publisher can live.
 *
 * @param now not before the time at which `reading` was read.
 * @param random from 0 up to 1: the jitter of all deadlines set here, the same for all, so that flights due together
 * are stored as one run.
 */
export function advance(subscription: Subscription, reading: Reading, now: Time, random: number): Advance {
  if (subscription.connections.length === 0)
    return { subscription, gaps: [], redeliveries: [], holes: [], more: false };
  const again = redeliver(claimBurials(subscription, now), reading.due, now, random);
  const on = readOn(again.subscription, reading, now, random);
  const next = on.subscription;
  return {
    subscription: next,
    gaps: joined([...again.gaps, ...on.gaps]),
    redeliveries: again.redeliveries,
    fresh: on.fresh,
    holes: on.holes,
    wakeAt: earliest(dueNext(next, now), on.wakeAt),
    // What died, or is gone, has left its place to what waits.
    more: on.more || deliverable(next, now).length > 0,
  };
}

/**
 * Whoever stores this state takes over burying the dead flights whose burial is overdue. They become due later, not at
 * once: otherwise every failed try would start further tries.
 */
function claimBurials(subscription: Subscription, now: Time): Subscription {
  const { dead, dueWithDead } = censusOf(subscription.inFlight);
  if (dead === 0 || dueWithDead > now) return subscription;
  const dueAt = now + BURIAL_RETRY_MS;
  const inFlight = subscription.inFlight.map((one) => (one.dead && one.dueAt <= now ? { ...one, dueAt } : one));
  return amend(subscription, { inFlight });
}

function redeliver(subscription: Subscription, due: Reading['due'], now: Time, random: number) {
  const { settings, events } = subscription;
  const flights = new Map<Seq, Flight | undefined>();
  const gaps: Gap[] = [];
  const redeliveries: Delivery[] = [];
  for (const flight of deliverable(subscription, now)) {
    if (!due.has(flight.seq)) continue;
    const message = due.get(flight.seq);
    if (message === undefined) {
      flights.set(flight.seq, undefined);
      gaps.push({ from: flight.seq, to: flight.seq });
    } else if (!stillWants(events, flight, message.event)) {
      flights.set(flight.seq, undefined);
    } else if (settings.maxDeliveries > 0 && flight.attempt >= settings.maxDeliveries) {
      flights.set(flight.seq, dying(flight, now));
    } else {
      const attempt = flight.attempt + 1;
      const { waiting: _, ...rest } = flight;
      flights.set(flight.seq, { ...rest, attempt, dueAt: now + answerWithin(settings, attempt, random) });
      redeliveries.push({ message, attempt });
    }
  }
  if (flights.size === 0) return { subscription, gaps, redeliveries };
  const inFlight: Flight[] = [];
  for (const flight of subscription.inFlight) {
    const next = flights.has(flight.seq) ? flights.get(flight.seq) : flight;
    if (next) inFlight.push(next);
  }
  return { subscription: amend(subscription, { inFlight }), gaps, redeliveries };
}

/**
 * How old an entry has to be for all numbers before it to be holes where not each gets a tombstone, which refuses
 * whoever would write it late. The entry may have taken its number a publisher's lifetime after its time, and who took
 * one just before it has as long again to write it. Milliseconds.
 */
const UNFILLED_MS = 2 * PUBLISHER_LIFETIME_MS;

type ReadOn = Pick<Advance, 'subscription' | 'gaps' | 'fresh' | 'holes' | 'wakeAt' | 'more'>;

function readOn(subscription: Subscription, reading: Reading, now: Time, random: number): ReadOn {
  const { events, settings, next } = subscription;
  let room = windowOf(subscription).forBacklog;
  let cursor = next;
  let wakeAt: Time | undefined;
  let blocked = false;
  let before = reading.before;
  const gaps: Gap[] = [];
  const holes: Tombstone[] = [];
  const deliveries: Delivery[] = [];
  const flights: Flight[] = [];
  const dueAt = now + answerWithin(settings, 1, random);
  for (const entry of reading.entries) {
    if (entry.seq < cursor) continue;
    if (entry.seq > cursor) {
      if (entry.previousUntil <= now) {
        gaps.push({ from: cursor, to: entry.seq - 1 });
        cursor = entry.seq;
      } else {
        blocked = true;
        // The number before the entry is a hole. Those before that are too if nothing of their age can have expired.
        const until = before === undefined ? EXPIRED : retainedAfter(before, entry);
        const first = until > now ? Math.max(cursor, entry.seq - HOLES_IN_A_ROW) : entry.seq - 1;
        const fillsAll = first === cursor;
        const settledAt = entry.publishedAt + (before === undefined || fillsAll ? PUBLISHER_LIFETIME_MS : UNFILLED_MS);
        if (settledAt > now) wakeAt = settledAt;
        else holes.push(...tombstones(first, entry, until > now && fillsAll ? until : EXPIRED));
        break;
      }
    }
    if (!isTombstone(entry) && wants(events, entry.event, entry.seq)) {
      if (room === 0) {
        blocked = true;
        break;
      }
      room -= 1;
      deliveries.push({ message: entry, attempt: 1 });
      flights.push({ seq: entry.seq, attempt: 1, dueAt });
    }
    cursor = entry.seq + 1;
    before = entry;
  }
  const { tail } = reading;
  if (tail && reading.entries.length === 0 && cursor <= tail.head && tail.headUntil <= now) {
    gaps.push({ from: cursor, to: tail.head });
    cursor = tail.head + 1;
  }
  const more = reading.more && !blocked && room > 0;
  if (cursor === next) return { subscription, gaps, holes, more, wakeAt };
  const covered = deliveries.length > 0 ? cursor : subscription.covered;
  const inFlight = flights.length > 0 ? merge(subscription.inFlight, flights) : subscription.inFlight;
  return {
    subscription: amend(subscription, { next: cursor, covered, inFlight }),
    gaps,
    holes,
    more,
    wakeAt,
    fresh: deliveries.length > 0 ? { from: subscription.covered, next: cursor, deliveries } : undefined,
  };
}

/** Those that follow one another are one: each costs a push. */
function joined(gaps: readonly Gap[]): Gap[] {
  const all: Gap[] = [];
  for (const { from, to } of gaps) {
    const last = all.at(-1);
    if (last?.to === from - 1) all[all.length - 1] = { from: last.from, to };
    else all.push({ from, to });
  }
  return all;
}

/** `previousUntil` of a tombstone whose predecessors are unknown: they count as expired. */
const EXPIRED = 0;

/**
 * Until when at least a message is retained that was published after one entry and before another: as long as the one
 * that was kept for the shorter time would be.
 */
const retainedAfter = (before: Lifetime, entry: Lifetime): Time =>
  Math.min(before.expiresAt, before.publishedAt + (entry.expiresAt - entry.publishedAt));

/**
 * @param previousUntil not after the time until which the number before `from` is retained. If one of these gets filled
 * and those before it do not, it tells that they are holes, and have not expired.
 */
function tombstones(from: Seq, entry: LogEntry, previousUntil: Time): Tombstone[] {
  const { publishedAt, expiresAt } = entry;
  return Array.from({ length: entry.seq - from }, (_, index) => ({
    seq: from + index,
    tombstone: true,
    publishedAt,
    expiresAt,
    previousUntil,
  }));
}

/**
 * What is fresh comes after all that is in flight, except after a seek back to before what was redriven: that is
 * delivered with the backlog, and its dead letter is held for as long.
 */
function merge(inFlight: readonly Flight[], fresh: readonly Flight[]): readonly Flight[] {
  const last = inFlight.at(-1);
  const first = fresh[0];
  if (last === undefined || first === undefined || last.seq < first.seq) return [...inFlight, ...fresh];
  const reached = new Set(fresh.map(({ seq }) => seq));
  const redriven = new Set(inFlight.filter((flight) => flight.redriven).map(({ seq }) => seq));
  return [
    ...inFlight.filter(({ seq }) => !reached.has(seq)),
    ...fresh.map((flight): Flight => (redriven.has(flight.seq) ? { ...flight, redriven: true } : flight)),
  ].sort((a, b) => a.seq - b.seq);
}

/** When the earliest of what is in flight is due; what waits for room in the window is due when it gets it. */
function dueNext({ inFlight, next }: Subscription, now: Time): Time | undefined {
  const { dueWithDead } = censusOf(inFlight);
  if (dueWithDead > now) return dueWithDead === Number.POSITIVE_INFINITY ? undefined : dueWithDead;
  let at: Time | undefined;
  for (const flight of inFlight) {
    if (flight.dueAt <= now && (flight.waiting || isAhead(flight, next))) continue;
    if (at === undefined || flight.dueAt < at) at = flight.dueAt;
  }
  return at;
}

const earliest = (a: Time | undefined, b: Time | undefined): Time | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
