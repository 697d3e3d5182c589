import { InvalidRequest } from './errors';
import { newId } from './id';
import { expectJsonValue } from './payload';

/**
 * A request as text that may be sent again: messages without an id get one, so that they are stored once.
 *
 * @param request as the program passes it, which may not be type-checked.
 * @param now milliseconds since 1970.
 * @throws InvalidRequest it is no object with an action, it has a `ref`, or it is no JSON value.
 */
export function frameText(request: object, now: number): string {
  if (typeof request !== 'object' || request === null || !('action' in request) || typeof request.action !== 'string')
    throw new InvalidRequest('a request must have an action', 'action');
  if ('ref' in request) throw new InvalidRequest('the client gives a request its ref: leave it out', 'ref');
  const frame = request.action === 'publish' ? marked(request, now) : request;
  try {
    return JSON.stringify(frame);
  } catch (cause) {
    throw new InvalidRequest('a request must have a form in JSON', undefined, { cause });
  }
}

/** A publish whose messages all have ids. The server reports whatever else is wrong with it. */
function marked(publish: object, now: number): object {
  if (!('messages' in publish)) return withId(publish, now, 'payload');
  const { messages } = publish;
  if (!Array.isArray(messages)) return publish;
  return {
    ...publish,
    messages: messages.map((message: unknown, index) =>
      typeof message === 'object' && message !== null ? withId(message, now, `messages.${index}.payload`) : message,
    ),
  };
}

function withId(message: object, now: number, field: string): object {
  if ('payload' in message) expectJsonValue(message.payload, field);
  return 'id' in message && message.id !== undefined ? message : { ...message, id: newId(now) };
}
