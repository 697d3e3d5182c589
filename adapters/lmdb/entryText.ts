import { isTombstone, type LogEntry, type Message, messageText } from '../../broker/model/message';
import type { ClientId, EventName, JsonText, Seq, Time } from '../../broker/model/names';

const END_OF_HEAD = '\n';
const BETWEEN = ' ';
const WITHIN = ':';

const BEFORE_HEADERS = ',"headers":';

/** A message that is delivered as it was stored: the rest is only read where it is asked for. */
class StoredMessage implements Message {
  private parsed: { readonly id: string; readonly publisher: ClientId } | undefined;

  /** @param places where the payload begins in `text`, its length, and the length of the headers. */
  constructor(
    readonly seq: Seq,
    readonly event: EventName,
    readonly publishedAt: Time,
    readonly expiresAt: Time,
    readonly previousAt: Time,
    private readonly places: string,
    readonly text: string,
  ) {}

  get id(): string {
    return this.parts.id;
  }

  get publisher(): ClientId {
    return this.parts.publisher;
  }

  get payload(): JsonText {
    const [start, length] = this.lengths;
    return this.text.slice(start, start + length) as JsonText;
  }

  get headers(): JsonText {
    const [start, length, headersLength] = this.lengths;
    const from = start + length + BEFORE_HEADERS.length;
    return this.text.slice(from, from + headersLength) as JsonText;
  }

  private get lengths(): [number, number, number] {
    const [start = 0, length = 0, headersLength = 0] = this.places.split(WITHIN).map(Number);
    return [start, length, headersLength];
  }

  private get parts(): { readonly id: string; readonly publisher: ClientId } {
    this.parsed ??= JSON.parse(`${this.text}}`) as NonNullable<typeof this.parsed>;
    return this.parsed;
  }
}

/**
 * A log entry as it is stored: a line with what delivery is decided by, its times and, if it is a message, its event; and
 * a line with the message as it is delivered, which is neither escaped nor parsed on its way. Names have no line breaks,
 * and JSON that JSON.stringify wrote has none either.
 */
export function encodeEntry(entry: LogEntry): string {
  const { publishedAt, expiresAt, previousAt } = entry;
  const times = `${publishedAt}${BETWEEN}${expiresAt}${BETWEEN}${previousAt}`;
  if (isTombstone(entry)) return times;
  return `${times}${BETWEEN}${placesOf(entry)}${BETWEEN}${entry.event}${END_OF_HEAD}${messageText(entry)}`;
}

function placesOf({ seq, id, event, payload, headers }: Message): string {
  const before = `{"seq":${seq},"id":${JSON.stringify(id)},"event":${JSON.stringify(event)},"payload":`;
  return [before.length, payload.length, headers.length].join(WITHIN);
}

/** The inverse of {@link encodeEntry}. */
export function decodeEntry(seq: Seq, text: string): LogEntry {
  const end = text.indexOf(END_OF_HEAD);
  // The event comes last, and may have spaces.
  const [published, expires, previous, places = '', ...event] = (end < 0 ? text : text.slice(0, end)).split(BETWEEN);
  const times = [Number(published), Number(expires), Number(previous)] as const;
  const [publishedAt, expiresAt, previousAt] = times;
  if (end < 0) return { seq, tombstone: true, publishedAt, expiresAt, previousAt };
  return new StoredMessage(seq, event.join(BETWEEN) as EventName, ...times, places, text.slice(end + 1));
}

/** A message as it is once it was stored, by its {@link encodeEntry}. */
export const asStored = (message: Message, text: string): Message => {
  const { seq, event, publishedAt, expiresAt, previousAt } = message;
  const own = text.slice(text.indexOf(END_OF_HEAD) + 1);
  return new StoredMessage(seq, event, publishedAt, expiresAt, previousAt, placesOf(message), own);
};
