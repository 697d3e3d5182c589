import { MESSAGE_BYTES } from '../model/limits';
import type { JsonText } from '../model/names';
import { byteLength } from '../model/utf8';
import type { Draft, Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { PublishedMessage } from '../protocol/fields';
import type { RequestOf } from '../protocol/requests';
import { allowNewQueue } from './newQueue';
import { type Caller, type Outcome, type Route, refOf } from './outcome';

const NO_HEADERS = '{}' as JsonText;

/** Stores messages. Their delivery is woken by the log. */
export const publishRoute: Route = (ports, caller, request) =>
  request.action === 'publish' ? publish(ports, caller, request) : undefined;

async function publish(ports: Ports, caller: Caller, request: RequestOf<'publish'>): Promise<Outcome> {
  const { queue, event, payload, headers, id } = request;
  const drafts =
    request.messages === undefined && event !== undefined
      ? [draft(ports, caller, { event, payload, headers, id }, 'payload')]
      : (request.messages ?? []).map((message, index) => draft(ports, caller, message, `messages.${index}.payload`));
  await allowNewQueue(ports, caller, queue);
  const now = ports.clock.now();
  const appended = await ports.log.append(queue, drafts, now, now + ports.settings.messageRetention);
  const [first] = appended;
  if (request.messages !== undefined || first === undefined)
    return { reply: { type: 'published', ...refOf(request), queue, messages: appended } };
  const { seq, id: storedId, duplicate } = first;
  return { reply: { type: 'published', ...refOf(request), queue, seq, id: storedId, duplicate } };
}

function draft(ports: Ports, caller: Caller, message: PublishedMessage, field: string): Draft {
  const payload = textOf(message.payload ?? null, field);
  const headers = message.headers === undefined ? NO_HEADERS : textOf(message.headers, field);
  if (exceeds(payload, headers))
    throw new ProtocolError(
      'too_large',
      `${field} and headers must be at most ${MESSAGE_BYTES} bytes of JSON together`,
      field,
    );
  return {
    id: message.id ?? ports.ids.next(),
    idempotent: message.id !== undefined,
    event: message.event,
    payload,
    headers,
    publisher: caller.client,
  };
}

const LONGEST_CHARACTER = 3;

function exceeds(payload: JsonText, headers: JsonText): boolean {
  if ((payload.length + headers.length) * LONGEST_CHARACTER <= MESSAGE_BYTES) return false;
  return byteLength(payload) + byteLength(headers) > MESSAGE_BYTES;
}

function textOf(value: unknown, field: string): JsonText {
  try {
    return JSON.stringify(value) as JsonText;
  } catch (cause) {
    // What JSON.parse reads, JSON.stringify can only refuse for its depth.
    if (cause instanceof RangeError)
      throw new ProtocolError('invalid', `${field} must not be nested so deeply`, field, { cause });
    throw cause;
  }
}
