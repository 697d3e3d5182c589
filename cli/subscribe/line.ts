import type { Colors } from 'picocolors/types';
import type { Message } from '../../client';
import { visible, visibleJson } from '../visible';

const clock = (at: Date): string => at.toISOString().slice(11, 19);

/** A message as one line for people: when, its seq, its event, its payload; which attempt, if it is not the first. */
export function messageLine(message: Message, colors: Colors): string {
  const { seq, event, payload, publishedAt, attempt, headers } = message;
  const parts = [
    colors.dim(clock(publishedAt)),
    colors.bold(String(seq)),
    colors.cyan(visible(event)),
    visibleJson(payload),
  ];
  if (Object.keys(headers).length > 0) parts.push(colors.dim(visibleJson(headers)));
  if (attempt > 1) parts.push(colors.yellow(`attempt ${attempt}`));
  return parts.join('  ');
}

/** The same for programs: the fields of the protocol, and the queue. */
export const messageFields = (message: Message): Record<string, unknown> => ({
  queue: message.queue,
  seq: message.seq,
  id: message.id,
  event: message.event,
  payload: message.payload,
  headers: message.headers,
  publisher: message.publisher,
  publishedAt: message.publishedAt.toISOString(),
  attempt: message.attempt,
});
