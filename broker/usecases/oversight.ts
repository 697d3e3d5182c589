import { isGranted, isGrantedEverywhere, isGrantedWholly, type Right } from '../access/grants';
import { forbidden } from '../access/permit';
import { type ClientId, EVERY_EVENT, type EventName, type QueueName } from '../model/names';
import type { Caller } from './outcome';

/** Whether a client sees all clients and all queues. */
export const overseesAll = ({ access }: Caller): boolean =>
  access === undefined || isGrantedEverywhere(access.grants, 'admin');

/** Whether a client may see and change what belongs to others in a queue. */
export const overseesQueue = ({ access }: Caller, queue: QueueName): boolean =>
  access === undefined || isGrantedWholly(access.grants, 'admin', queue);

const has = ({ access }: Caller, right: Right, queue: QueueName, event: EventName): boolean =>
  access === undefined || isGranted(access.grants, right, queue, event);

/** Whether a client sees what became of messages of an event, for all subscribers. */
export const overseesEvent = (caller: Caller, queue: QueueName, event: EventName): boolean =>
  has(caller, 'admin', queue, event);

/** Whether a client may be shown messages of an event. */
export const seesEvent = (caller: Caller, queue: QueueName, event: EventName): boolean =>
  has(caller, 'subscribe', queue, event) || overseesEvent(caller, queue, event);

/**
 * Whose dead letters a request is about.
 *
 * @param named left out: its own.
 * @throws ProtocolError `forbidden`: another's, and it does not oversee the queue.
 */
export function ownerOf(caller: Caller, queue: QueueName, named: ClientId | undefined): ClientId {
  if (named === undefined || named === caller.client || overseesQueue(caller, queue)) return named ?? caller.client;
  throw forbidden('admin', queue, EVERY_EVENT, 'clientId');
}
