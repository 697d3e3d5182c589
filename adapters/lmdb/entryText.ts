import {
  isTombstone,
  type LogEntry,
  type Message,
  messageText,
  type Tombstone,
  textBeforePayload,
} from '../../broker/model/message';
import type { ClientId, EventName, JsonText, Seq, Time } from '../../broker/model/names';
import type { Marking } from './markers';

const END_OF_HEAD = '\n';
const BETWEEN = ' ';

/** What follows the payload in a message's text. Header values are strings: no header looks like it. */
const HEADERS = ',"headers":';
const HEADERS_OBJECT = `${HEADERS}{`;
const PUBLISHER = ',"publisher":';

interface Parsed {
  readonly id: string;
  readonly publisher: ClientId;
}

/**
 * A message that is delivered as it was stored. Fields that do not decide delivery are parsed only when they are asked
 * for.
 */
export class StoredMessage implements Message {
  /** @param parsed fields of the text that are known already. */
  constructor(
    readonly seq: Seq,
    readonly event: EventName,
    readonly publishedAt: Time,
    readonly expiresAt: Time,
    readonly previousUntil: Time,
    readonly text: string,
    readonly bytes: number,
    readonly marking: Marking,
    private parsed?: Parsed,
  ) {}

  get id(): string {
    return this.parts.id;
  }

  get publisher(): ClientId {
    return this.parts.publisher;
  }

  /** Exactly as it was given. */
  get payload(): JsonText {
    return this.text.slice(textBeforePayload(this).length, this.text.lastIndexOf(HEADERS_OBJECT)) as JsonText;
  }

  get headers(): JsonText {
    const start = this.text.lastIndexOf(HEADERS_OBJECT) + HEADERS.length;
    return this.text.slice(start, this.text.lastIndexOf(PUBLISHER)) as JsonText;
  }

  private get parts(): Parsed {
    this.parsed ??= JSON.parse(`${this.text}}`) as Parsed;
    return this.parsed;
  }
}

/** A message as it is once it was stored. */
export function asStored(message: Message, marking: Marking): StoredMessage {
  const { seq, id, event, publisher, publishedAt, expiresAt, previousUntil } = message;
  const text = messageText(message);
  const bytes = Buffer.byteLength(text);
  // The id of such a message will be needed, so keep it parsed.
  const parsed = marking === 'none' ? undefined : { id, publisher };
  return new StoredMessage(seq, event, publishedAt, expiresAt, previousUntil, text, bytes, marking, parsed);
}

/**
 * A log entry by itself: a line with the fields that decide delivery (times and, for a message, its event), and a line
 * with the message as it is delivered. Names have no line breaks, and JSON that JSON.stringify wrote has none either.
 */
export function encodeEntry(entry: LogEntry): string {
  const { publishedAt, expiresAt, previousUntil } = entry;
  const times = `${publishedAt}${BETWEEN}${expiresAt}${BETWEEN}${previousUntil}`;
  return isTombstone(entry) ? times : `${times}${BETWEEN}${entry.event}${END_OF_HEAD}${messageText(entry)}`;
}

/** The inverse of {@link encodeEntry}. */
export function decodeEntry(seq: Seq, text: string): StoredMessage | Tombstone {
  const end = text.indexOf(END_OF_HEAD);
  // The event comes last, and may have spaces.
  const [published, expires, previous, ...event] = (end < 0 ? text : text.slice(0, end)).split(BETWEEN);
  const times = [Number(published), Number(expires), Number(previous)] as const;
  const [publishedAt, expiresAt, previousUntil] = times;
  if (end < 0) return { seq, tombstone: true, publishedAt, expiresAt, previousUntil };
  const own = text.slice(end + 1);
  return new StoredMessage(seq, event.join(BETWEEN) as EventName, ...times, own, Buffer.byteLength(own), 'none');
}
