import { wants } from '../decide/interest';
import type { Message } from '../model/message';
import type { QueueName } from '../model/names';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { SubscriberStatus } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { findKey } from './change';
import { type Caller, type Outcome, refOf } from './outcome';
import { overseesEvent, seesEvent } from './oversight';
import { allSubscriptions, existingQueue } from './queue';

/** What became of one message, for each subscriber that asked for its event: told from their states alone. */
export async function status(ports: Ports, caller: Caller, request: RequestOf<'status'>): Promise<Outcome> {
  const { seq } = request;
  const queue = await existingQueue(ports, request.queue);
  const [message] = await ports.log.get(queue.queue, [seq], ports.clock.now());
  if (message === undefined || !maySee(caller, queue.queue, message))
    throw new ProtocolError('not_found', `there is no message ${seq} in this queue, or it has expired`, 'seq');
  const subscribers: SubscriberStatus[] = [];
  const subscriptions = overseesEvent(caller, queue.queue, message.event)
    ? allSubscriptions(ports, queue)
    : await ownSubscriptions(ports, caller, queue.queue);
  for await (const subscription of subscriptions)
    if (wants(subscription.events, message.event, seq)) subscribers.push(await stateOf(ports, subscription, message));
  return {
    reply: {
      type: 'status',
      ...refOf(request),
      queue: queue.queue,
      seq,
      event: message.event,
      publishedAt: new Date(message.publishedAt).toISOString(),
      subscribers,
    },
  };
}

/** Its own message, or one that it may read. */
const maySee = (caller: Caller, queue: QueueName, { event, publisher }: Message): boolean =>
  publisher === caller.client || seesEvent(caller, queue, event);

async function ownSubscriptions(ports: Ports, caller: Caller, queue: QueueName): Promise<Subscription[]> {
  const key = await findKey(ports, caller, queue);
  return key === undefined ? [] : ports.subscriptions.getMany([key], ports.clock.now());
}

async function stateOf(ports: Ports, subscription: Subscription, { seq }: Message): Promise<SubscriberStatus> {
  const clientId = subscription.client;
  if (seq >= subscription.next) return { clientId, state: 'backlog' };
  const flight = subscription.inFlight.find((one) => one.seq === seq);
  if (flight?.acked) return { clientId, state: 'settled' };
  if (flight?.dead) return { clientId, state: 'dead' };
  if (flight) {
    const { attempt, dueAt } = flight;
    return { clientId, state: 'inFlight', attempt, dueAt: new Date(dueAt).toISOString() };
  }
  const [letter] = await ports.deadLetters.get(subscription, [seq], ports.clock.now());
  return { clientId, state: letter === undefined ? 'settled' : 'dead' };
}
