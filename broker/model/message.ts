import type { ClientId, EventName, JsonText, Seq, Time } from './names';

/** One message in the log of its queue. */
export interface Message {
  readonly seq: Seq;
  /** Chosen by the publisher, or by the server. */
  readonly id: string;
  readonly event: EventName;
  readonly payload: JsonText;
  /** A JSON object of strings. */
  readonly headers: JsonText;
  readonly publisher: ClientId;
  readonly publishedAt: Time;
  /** When retention ends; from then on no read returns it. */
  readonly expiresAt: Time;
  /**
   * Until when the number before this one is retained; 0 for the first. It tells a reader that finds that number
   * missing whether it was removed by retention or was never written: each message keeps the retention it was published
   * with.
   */
  readonly previousUntil: Time;
  /** The {@link messageText}, where a store has kept it, so that a message delivered often is serialized once. */
  readonly text?: string;
  /** The length of `text` in UTF-8. */
  readonly bytes?: number;
}

/**
 * The JSON of a message as it is delivered, up to its attempt, which differs between deliveries: without the closing
 * brace.
 */
export function messageText(message: Omit<Message, 'previousUntil' | 'expiresAt'>): string {
  if (message.text !== undefined) return message.text;
  return textBeforePayload(message) + message.payload + textAfterPayload(message);
}

/** A message's text up to its payload. */
export const textBeforePayload = ({ seq, id, event }: Pick<Message, 'seq' | 'id' | 'event'>): string =>
  `{"seq":${seq},"id":${JSON.stringify(id)},"event":${JSON.stringify(event)},"payload":`;

type After = Pick<Message, 'headers' | 'publisher' | 'publishedAt'>;
let last: After | undefined;
let lastText = '';

/** What follows the payload. All messages that a client publishes in the same millisecond share it. */
function textAfterPayload({ headers, publisher, publishedAt }: After): string {
  if (last?.publishedAt !== publishedAt || last.headers !== headers || last.publisher !== publisher) {
    last = { headers, publisher, publishedAt };
    lastText = `,"headers":${headers},"publisher":"${publisher}","publishedAt":"${new Date(publishedAt).toISOString()}"`;
  }
  return lastText;
}

/** Stands where a publisher took a number and died before it wrote its message. Readers pass over it. */
export interface Tombstone {
  readonly seq: Seq;
  readonly tombstone: true;
  readonly publishedAt: Time;
  readonly expiresAt: Time;
  readonly previousUntil: Time;
}

export type LogEntry = Message | Tombstone;

export const isTombstone = (entry: LogEntry): entry is Tombstone => 'tombstone' in entry;

/** The memory of an entry beside its texts. Characters. */
const OBJECT = 300;

/**
 * About how much memory an entry takes, in characters. Measured by the text of a message where there is one: the other
 * fields may be derived from it lazily.
 */
export const sizeOf = (entry: LogEntry): number =>
  OBJECT + (isTombstone(entry) ? 0 : (entry.text?.length ?? entry.payload.length + entry.headers.length));

/** A message that its subscriber did not manage to process, kept with its payload. */
export interface DeadLetter {
  readonly message: Message;
  readonly reason: string;
  /** How many deliveries were tried. */
  readonly attempts: number;
  readonly diedAt: Time;
  readonly expiresAt: Time;
}
