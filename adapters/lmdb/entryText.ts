import { isTombstone, type LogEntry, type Message, messageText } from '../../broker/model/message';
import type { ClientId, EventName, JsonText, Seq, Time } from '../../broker/model/names';

const END_OF_HEAD = '\n';
const BETWEEN = ' ';

/** A message that is delivered as it was stored: the rest is only read where it is asked for. */
class StoredMessage implements Message {
  private parsed: { id: string; payload: unknown; headers: unknown; publisher: ClientId } | undefined;

  constructor(
    readonly seq: Seq,
    readonly event: EventName,
    readonly publishedAt: Time,
    readonly expiresAt: Time,
    readonly previousAt: Time,
    readonly text: string,
  ) {}

  get id(): string {
    return this.parts.id;
  }

  get payload(): JsonText {
    return JSON.stringify(this.parts.payload) as JsonText;
  }

  get headers(): JsonText {
    return JSON.stringify(this.parts.headers) as JsonText;
  }

  get publisher(): ClientId {
    return this.parts.publisher;
  }

  private get parts() {
    this.parsed ??= JSON.parse(`${this.text}}`);
    return this.parsed as NonNullable<typeof this.parsed>;
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
  return isTombstone(entry) ? times : `${times}${BETWEEN}${entry.event}${END_OF_HEAD}${messageText(entry)}`;
}

/** The inverse of {@link encodeEntry}. */
export function decodeEntry(seq: Seq, text: string): LogEntry {
  const first = text.indexOf(BETWEEN);
  const second = text.indexOf(BETWEEN, first + 1);
  const third = text.indexOf(BETWEEN, second + 1);
  const publishedAt = Number(text.slice(0, first));
  const expiresAt = Number(text.slice(first + 1, second));
  if (third < 0) return { seq, tombstone: true, publishedAt, expiresAt, previousAt: Number(text.slice(second + 1)) };
  const end = text.indexOf(END_OF_HEAD, third + 1);
  const previousAt = Number(text.slice(second + 1, third));
  const event = text.slice(third + 1, end) as EventName;
  return new StoredMessage(seq, event, publishedAt, expiresAt, previousAt, text.slice(end + 1));
}
