import { FRAME_BYTES } from '../model/limits';
import { type Message, messageText } from '../model/message';
import type { QueueName, Seq } from '../model/names';
import { byteLength, encode } from '../model/utf8';
import type { ListItem, ServerFrame } from './frames';
import { Verbatim } from './verbatim';

/** The bytes of a frame, to be sent as they are to everyone who gets it. */
export const encodeFrame = (frame: ServerFrame): Uint8Array => encode(JSON.stringify(frame));

/** A reply as it is sent: payloads as they were written. */
export function encodeReply(reply: ServerFrame): string {
  if (reply.type !== 'list' || reply.what !== 'deadLetters') return JSON.stringify(reply);
  const { items, ...rest } = reply;
  return `${JSON.stringify(rest).slice(0, -1)},"items":[${items.map(encodeItem).join(',')}]}`;
}

/** An item of a list as it is sent. */
export function encodeItem(item: ListItem): string {
  if (!('payload' in item && item.payload instanceof Verbatim)) return JSON.stringify(item);
  const { payload, ...rest } = item;
  return `${JSON.stringify(rest).slice(0, -1)},"payload":${payload.text}}`;
}

/** A message to deliver, and which attempt it is. */
export interface Delivery {
  readonly message: Message;
  readonly attempt: number;
}

/** One encoded `messages` frame, and what it carries. */
export interface MessagesFrame {
  readonly bytes: Uint8Array;
  readonly deliveries: readonly Delivery[];
  /** What it covers, if it is one of first deliveries. */
  readonly covers?: { readonly from: Seq; readonly next: Seq } | undefined;
}

const openingOf = (queue: QueueName): string => `{"type":"messages","queue":${JSON.stringify(queue)},`;

const rangeOf = ({ from, next }: { from: Seq; next: Seq }): string => `"from":${from},"next":${next},`;

/** Room for `from` and `next` as large as they get. */
const LONGEST_RANGE = rangeOf({ from: Number.MAX_SAFE_INTEGER, next: Number.MAX_SAFE_INTEGER });

/**
 * Encodes deliveries in as few frames of at most 32 KB as they take, in order.
 *
 * @param deliveries at least one; ascending by seq if `covers` is given.
 * @param covers what all of them together cover, if they are first deliveries: the first frame begins at `from`, the
 * last ends at `next`, and each one between ends at the first seq of the next frame.
 */
export function encodeMessages(
  queue: QueueName,
  deliveries: readonly Delivery[],
  covers?: { from: Seq; next: Seq },
): MessagesFrame[] {
  const frames: MessagesFrame[] = [];
  const opening = openingOf(queue);
  const envelope = byteLength(opening) + (covers ? LONGEST_RANGE.length : 0) + '"messages":[]}'.length;
  let texts: string[] = [];
  let start = 0;
  let bytes = envelope;
  let from = covers?.from ?? 0;
  const close = (end: number, next: Seq) => {
    const range = covers && { from, next };
    frames.push({
      bytes: encode(`${opening}${range ? rangeOf(range) : ''}"messages":[${texts.join(',')}]}`),
      deliveries: deliveries.slice(start, end),
      covers: range,
    });
    texts = [];
    start = end;
    bytes = envelope;
    from = next;
  };
  deliveries.forEach(({ message, attempt }, index) => {
    const text = messageText(message);
    const ending = `,"attempt":${attempt}}`;
    const size = (message.bytes ?? byteLength(text)) + ending.length + 1;
    if (texts.length > 0 && bytes + size > FRAME_BYTES) close(index, message.seq);
    texts.push(text + ending);
    bytes += size;
  });
  close(deliveries.length, covers?.next ?? 0);
  return frames;
}
