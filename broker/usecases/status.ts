import { wants } from '../decide/interest';
import type { Message } from '../model/message';
import type { Subscription } from '../model/subscription';
import type { Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { SubscriberStatus } from '../protocol/frames';
import type { RequestOf } from '../protocol/requests';
import { type Outcome, refOf } from './outcome';
import { allSubscriptions, existingQueue } from './queue';

/** What became of one message, for each subscriber that asked for its event: told from their states alone. */
export async function status(ports: Ports, request: RequestOf<'status'>): Promise<Outcome> {
  const { seq } = request;
  const queue = await existingQueue(ports, request.queue);
  const [message] = await ports.log.get(queue.queue, [seq], ports.clock.now());
  if (message === undefined)
    throw new ProtocolError('not_found', `there is no message ${seq} in this queue, or it has expired`, 'seq');
  const subscribers: SubscriberStatus[] = [];
  for await (const subscription of allSubscriptions(ports, queue))
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
