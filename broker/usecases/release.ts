import { detach } from '../decide/attach';
import { giveBack, refusedBut, sentAnew, uncount } from '../decide/giveBack';
import { LET_GO_RETRY_MS, OPENING_MS, OPENING_RETRY_MS } from '../model/limits';
import type { AttachedConnection, Subscription } from '../model/subscription';
import { type Ports, subscriptionWakeUp } from '../ports';
import { change } from './change';
import { expiryFrom } from './expiry';
import { letGoOfAll } from './letGo';
import type { PushResult } from './push';

/** False while the connection is full. When it drains it is welcomed again, and gets what it missed. */
export const mayTake =
  ({ pusher }: Ports) =>
  ({ connection }: AttachedConnection): boolean =>
    pusher.isFull?.(connection) !== true;

/**
 * Detaches connections that are gone or that missed a frame, and takes back deliveries that no connection took, or only
 * their attempts where another try at once would be in vain. A connection that was made a moment ago may only not be
 * open yet, since its record can overtake the answer of the connect route: it is tried again shortly.
 *
 * @param sent as it was stored with these deliveries.
 * @param refusing connections that would refuse another push.
 * @returns the subscription to go on with; undefined if there is none to deliver to at present.
 */
export async function release(
  ports: Ports,
  sent: Subscription,
  { gone, missed, ...untaken }: PushResult,
  refusing: readonly AttachedConnection[],
): Promise<Subscription | undefined> {
  const { queue, shard, client } = sent;
  const now = ports.clock.now();
  const isOpening = ({ connectedAt }: AttachedConnection) => now - connectedAt < OPENING_MS;
  const opening = gone.filter(isOpening);
  const toEnd = gone.filter((connection) => !isOpening(connection));
  const ended = await letGoOfAll(ports, client, toEnd);
  const released = await change(ports, { queue, shard, client }, (subscription, at) => {
    const kept = [...ended, ...missed].reduce(
      (state, { connection }) => detach(state, connection, expiryFrom(ports, state, at)),
      subscription,
    );
    const anew = sentAnew(sent, subscription, at);
    const refused = untaken.refused && refusedBut(untaken.refused, anew);
    const throttled = (untaken.throttled ?? []).filter((seq) => !anew.has(seq));
    const left = refused ? giveBack(kept, refused, at) : kept;
    return { subscription: throttled.length > 0 ? uncount(left, throttled) : left };
  });
  await Promise.all(missed.map((one) => readmit(ports, one)));
  if (untaken.refused === undefined) return released?.subscription;
  const wakeUp = subscriptionWakeUp({ queue, shard, client });
  if (opening.length > 0) await ports.wakeUps.send(wakeUp, OPENING_RETRY_MS);
  else if (toEnd.length > ended.length) await ports.wakeUps.send(wakeUp, LET_GO_RETRY_MS);
  // A full connection may have been welcomed again before the deliveries that it refused were taken back.
  const others = released?.subscription.connections.filter(
    (one) => !refusing.some((is) => is.connection === one.connection),
  );
  return others?.some(mayTake(ports)) ? released?.subscription : undefined;
}

/**
 * Welcomes a connection that missed a frame again as soon as it takes frames, so that it is shown what is in flight.
 */
async function readmit({ pusher, wakeUps }: Ports, { connection }: AttachedConnection): Promise<void> {
  // While the connection is still full, the pusher will have it welcomed.
  if (pusher.isFull?.(connection) !== true) await wakeUps.send({ kind: 'welcome', connection }, 0);
}
