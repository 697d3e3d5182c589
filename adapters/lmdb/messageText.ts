import type { LogEntry, Message, Tombstone } from '../../broker/model/message';
import type { ClientId, EventName, JsonText, Seq } from '../../broker/model/names';

type Times = [publishedAt: number, expiresAt: number, previousAt: number];
type Head = Times | [...Times, id: string, event: EventName, publisher: ClientId];

const SEPARATOR = '\n';

/**
 * A log entry as it is stored: three lines, of which the second and third are the headers and the payload as they are,
 * for JSON that JSON.stringify made has no line breaks. So they are neither escaped nor parsed.
 */
export function encodeEntry(entry: LogEntry): string {
  const { publishedAt, expiresAt, previousAt } = entry;
  const head: Head =
    'tombstone' in entry
      ? [publishedAt, expiresAt, previousAt]
      : [publishedAt, expiresAt, previousAt, entry.id, entry.event, entry.publisher];
  const lines = [JSON.stringify(head)];
  if (!('tombstone' in entry)) lines.push(entry.headers, entry.payload);
  return lines.join(SEPARATOR);
}

/** The inverse of {@link encodeEntry}. */
export function decodeEntry(seq: Seq, text: string): LogEntry {
  const first = text.indexOf(SEPARATOR);
  const head = JSON.parse(first < 0 ? text : text.slice(0, first)) as Head;
  const [publishedAt, expiresAt, previousAt] = head;
  if (head.length === 3) return { seq, tombstone: true, publishedAt, expiresAt, previousAt } satisfies Tombstone;
  const second = text.indexOf(SEPARATOR, first + 1);
  return {
    seq,
    id: head[3],
    event: head[4],
    payload: text.slice(second + 1) as JsonText,
    headers: text.slice(first + 1, second) as JsonText,
    publisher: head[5],
    publishedAt,
    expiresAt,
    previousAt,
  } satisfies Message;
}
