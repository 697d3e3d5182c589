import { rewind } from '../decide/interest';
import { amend, backlogOf } from '../model/subscription';
import type { Ports } from '../ports';
import type { RequestOf } from '../protocol/requests';
import { change, findKey, notSubscribed } from './change';
import type { Caller, Outcome } from './outcome';
import { locate } from './position';
import { wakeAhead } from './wakeAhead';

/** Moves the cursor of the caller's subscription, back or forth, and forgets what is in flight. */
export async function seek(ports: Ports, caller: Caller, request: RequestOf<'seek'>): Promise<Outcome> {
  const { queue, to } = request;
  const key = await findKey(ports, caller, queue);
  if (key === undefined) throw notSubscribed(queue);
  const known = await ports.queues.get(queue);
  const next = await locate(ports, queue, known, to, ports.clock.now());
  const wakeUp = await wakeAhead(ports, key);
  const moved = await change(ports, key, (subscription) => ({
    subscription: amend(subscription, {
      next,
      covered: next,
      // Also where the cursor seems to move forth: what was passed over of late need not be stored yet.
      events: rewind(subscription.events, next),
      inFlight: subscription.inFlight.filter((flight) => flight.dead),
    }),
  }));
  if (moved === undefined) throw notSubscribed(queue);
  await ports.subscriptions.persisted(key);
  return {
    reply: { type: 'sought', ref: request.ref, queue, next, backlog: backlogOf(moved.subscription, known?.head ?? 0) },
    wakeUps: [wakeUp],
  };
}
