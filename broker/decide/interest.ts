import { EVERY_EVENT, type EventName, type Seq } from '../model/names';
import type { Flight, Interest, Subscription } from '../model/subscription';

/** Whether a message was asked for: its event, or every event, from its seq or before. */
export function wants(events: readonly Interest[], event: EventName, seq: Seq): boolean {
  for (const interest of events)
    if (seq >= interest.since && (interest.event === event || interest.event === EVERY_EVENT)) return true;
  return false;
}

/** Whether an event is asked for at present, whatever seq it is wanted from. */
export const asksFor = (events: readonly Interest[], event: EventName): boolean =>
  events.some((interest) => interest.event === event || interest.event === EVERY_EVENT);

/** Whether a flight is still asked for. What was redriven may be older than what is wanted of its event. */
export const stillWants = (
  events: readonly Interest[],
  { seq, redriven }: Pick<Flight, 'seq' | 'redriven'>,
  event: EventName,
): boolean => (redriven ? asksFor(events, event) : wants(events, event, seq));

/** Whether no message from the cursor on is passed over. */
export const wantsEverything = ({ events, next }: Pick<Subscription, 'events' | 'next'>): boolean =>
  events.some(({ event, since }) => event === EVERY_EVENT && since <= next);

/** Adds event names. A new name is wanted from `since` on, or from where every event is wanted already. */
export function widen(events: readonly Interest[], names: readonly EventName[], since: Seq): readonly Interest[] {
  const known = new Set(events.map((interest) => interest.event));
  const added = [...new Set(names)].filter((event) => !known.has(event));
  const every = events.find(({ event }) => event === EVERY_EVENT);
  const from = Math.min(since, every?.since ?? since);
  return added.length === 0 ? events : [...events, ...added.map((event) => ({ event, since: from }))];
}

/** Takes event names away. */
export const narrow = (events: readonly Interest[], names: readonly EventName[]): readonly Interest[] =>
  events.filter((interest) => !names.includes(interest.event));

/** After the cursor was moved: all events are wanted from there on. */
export const rewind = (events: readonly Interest[], to: Seq): readonly Interest[] =>
  events.map((interest) => ({ ...interest, since: Math.min(interest.since, to) }));
