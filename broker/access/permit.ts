import { EVERY_EVENT, type EventName, type QueueName, type Time } from '../model/names';
import { ProtocolError } from '../protocol/errors';
import type { Request } from '../protocol/requests';
import { isGranted, type Right } from './grants';
import { type Access, hasExpired } from './identity';

/**
 * Whether a client may do what it asks for. Its own subscriptions and dead letters need no right. What it may see of
 * others, and do to theirs, is decided where that is looked up.
 *
 * @param access undefined: there is no access control.
 * @throws ProtocolError `unauthenticated` if its credential has expired, `forbidden` if this was not granted.
 */
export function permit(access: Access | undefined, request: Request, now: Time): void {
  if (access === undefined || request.action === 'ping' || request.action === 'auth') return;
  if (hasExpired(access, now)) throw expired();
  for (const [right, event, field] of needs(request))
    if ('queue' in request && request.queue !== undefined && !isGranted(access.grants, right, request.queue, event))
      throw forbidden(right, request.queue, event, field);
}

type Need = readonly [right: Right, event: EventName, field: string];

function needs(request: Request): Need[] {
  switch (request.action) {
    case 'publish': {
      const { event, messages = [] } = request;
      const one: Need[] = event === undefined ? [] : [['publish', event, 'event']];
      return [...one, ...messages.map((message, i): Need => ['publish', message.event, `messages.${i}.event`])];
    }
    case 'subscribe':
      if (request.events === undefined) return [['subscribe', EVERY_EVENT, 'events']];
      return request.events.map((event, i) => ['subscribe', event, `events.${i}`]);
    default:
      return [];
  }
}

const expired = (): ProtocolError =>
  new ProtocolError(
    'unauthenticated',
    'your credential has expired: send {"action":"auth","token":…} with a new one, or connect again with it',
  );

/** The error for what was not granted. */
export function forbidden(right: Right, queue: QueueName, event: EventName, field: string): ProtocolError {
  const events = event === EVERY_EVENT ? 'every event' : `the event ${JSON.stringify(event)}`;
  const message = `you may not ${WHAT[right]} ${events} of ${JSON.stringify(queue)}: your credential does not grant it`;
  return new ProtocolError('forbidden', message, field);
}

const WHAT: Readonly<Record<Right, string>> = {
  publish: 'publish',
  subscribe: 'subscribe to',
  admin: 'see or change what is others’ for',
};
