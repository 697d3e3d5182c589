import type { Colors } from 'picocolors/types';
import type { Message } from '../../client';
import { visible, visibleJson } from '../visible';

/** The time of day in UTC, with the date if that differs from the date of `now`. */
function when(at: Date, now: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  const clock = time.slice(0, 8);
  return now.toISOString().startsWith(day) ? clock : `${day} ${clock}`;
}

/** A message as one line for people: when, its seq, its event, its payload; which attempt, if it is not the first. */
export function messageLine(message: Message, now: Date, colors: Colors): string {
  const { seq, event, payload, publishedAt, attempt, headers } = message;
  const parts = [
    colors.dim(when(publishedAt, now)),
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
