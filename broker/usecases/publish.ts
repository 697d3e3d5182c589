import { type BrokerSettings, MESSAGE_BYTES } from '../model/limits';
import type { ClientId, JsonText } from '../model/names';
import { byteLength, LONGEST_CHARACTER } from '../model/utf8';
import type { Appended, Clock, Draft, Ids, MessageLog, Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { PublishedMessage } from '../protocol/fields';
import type { RequestOf } from '../protocol/requests';
import { Verbatim } from '../protocol/verbatim';
import { allowNewQueue } from './newQueue';
import type { Caller, Handlers, Outcome } from './outcome';

const NO_HEADERS = '{}' as JsonText;

/** What storing messages takes. */
export interface AppendPorts {
  readonly log: Pick<MessageLog, 'append'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: Pick<BrokerSettings, 'messageRetention'>;
}

/** Stores messages. The log wakes their delivery. */
export const publishHandlers = { publish } satisfies Handlers;

async function publish(ports: Ports, caller: Caller, request: RequestOf<'publish'>): Promise<Outcome> {
  const { queue } = request;
  const drafts = draftsOf(ports, caller.client, request);
  await allowNewQueue(ports, caller, queue);
  const appended = await append(ports, request, drafts);
  const [first] = appended;
  if (request.messages !== undefined || first === undefined)
    return { reply: { type: 'published', ref: request.ref, queue, messages: appended } };
  const { seq, id: storedId, duplicate } = first;
  return { reply: { type: 'published', ref: request.ref, queue, seq, id: storedId, duplicate } };
}

/**
 * Stores messages of a publisher without a connection, to which no quota applies. Their delivery is woken by the log.
 *
 * @returns where each stands.
 * @throws ProtocolError `too_large`. As {@link MessageLog.append}: Unavailable, Uncertain.
 */
export async function publishDirectly(
  ports: AppendPorts,
  client: ClientId,
  request: RequestOf<'publish'>,
): Promise<Appended[]> {
  return append(ports, request, draftsOf(ports, client, request));
}

function append({ log, clock, settings }: AppendPorts, { queue }: RequestOf<'publish'>, drafts: readonly Draft[]) {
  const now = clock.now();
  return log.append(queue, drafts, now, now + settings.messageRetention);
}

function draftsOf(ports: AppendPorts, client: ClientId, request: RequestOf<'publish'>): Draft[] {
  const { event, payload, headers, id, messages = [] } = request;
  if (request.messages === undefined && event !== undefined)
    return [draft(ports, client, { event, payload, headers, id }, 'payload')];
  return messages.map((message, index) => draft(ports, client, message, `messages.${index}.payload`));
}

function draft({ ids }: AppendPorts, publisher: ClientId, message: PublishedMessage, field: string): Draft {
  const payload = textOf(message.payload ?? null);
  const headers = message.headers === undefined ? NO_HEADERS : textOf(message.headers);
  if (exceeds(payload, headers))
    throw new ProtocolError(
      'too_large',
      `${field} and headers must be at most ${MESSAGE_BYTES} bytes of JSON together`,
      field,
    );
  return {
    id: message.id ?? ids.next(),
    idempotent: message.id !== undefined,
    event: message.event,
    payload,
    headers,
    publisher,
  };
}

/** Whether a message is too large. Empty headers are not counted. */
function exceeds(payload: JsonText, headers: JsonText): boolean {
  const own = headers === NO_HEADERS ? '' : headers;
  if ((payload.length + own.length) * LONGEST_CHARACTER <= MESSAGE_BYTES) return false;
  return byteLength(payload) + byteLength(own) > MESSAGE_BYTES;
}

const textOf = (value: unknown): JsonText =>
  value instanceof Verbatim ? value.text : (JSON.stringify(value) as JsonText);
