import type { Message } from './message';

/** Handles messages of a queue: a loop, or a handler. */
export interface Consumer {
  /** The events it wants; undefined: all. */
  readonly events: ReadonlySet<string> | undefined;
  /** For how long the deadline of a message is extended while it is handled. Milliseconds. */
  readonly maxExtension: number;
  /** Whether it can take a message now. */
  hasRoom(): boolean;
  take(message: Message): void;
  /** Takes no more messages; resolves when those it was given are done. */
  finish(): Promise<void>;
  /** It will get no more messages, because of an error or a close. */
  end(error?: unknown): void;
}

/** Whether it wants an event. */
export const wants = ({ events }: Consumer, event: string): boolean => events === undefined || events.has(event);

/** The events that a consumer with these options wants; undefined: all. */
export const eventsOf = (events: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  events === undefined || events.includes('*') ? undefined : new Set(events);
