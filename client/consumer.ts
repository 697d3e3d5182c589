import type { Message } from './message';

/** One who handles messages of a queue: a loop, or a handler. */
export interface Consumer {
  /** Those it wants; undefined: all. */
  readonly events: ReadonlySet<string> | undefined;
  /** For how long the deadline of a message is extended while it is handled. Milliseconds. */
  readonly maxExtension: number;
  /** Whether it can take a message now. */
  hasRoom(): boolean;
  take(message: Message): void;
  /** It takes no more; resolves when it is done with what it was given. */
  finish(): Promise<void>;
  /** It will get none any more, by an error or by a close. */
  end(error?: unknown): void;
}

/** Whether it wants an event. */
export const wants = ({ events }: Consumer, event: string): boolean => events === undefined || events.has(event);

/** The events that a consumer wants who subscribes so; undefined: all. */
export const eventsOf = (events: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  events === undefined || events.includes('*') ? undefined : new Set(events);
