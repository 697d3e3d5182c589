import type { ClientId, QueueName } from '../model/names';
import type { Shard } from '../model/queue';
import type { Subscription } from '../model/subscription';
import { type Ports, subscriptionWakeUp, type WakeUp } from '../ports';
import { deliver, deliverIn } from './deliver';
import { eachApart } from './eachApart';
import { farewell } from './farewell';
import { Round } from './round';
import { welcome } from './welcome';
import { endIfExpired, endRevoked } from './withdraw';

/** How soon what failed is tried again by a wake-up of its own. Milliseconds. */
const AGAIN_MS = 1_000;

/**
 * Does what a wake-up makes possible. It may come late, twice, or for nothing. Near the deadline, what is not begun is
 * handed over to a further wake-up.
 *
 * @throws what a dependency threw: the wake-up is to be repeated. All other subscriptions were served before.
 */
export async function wake(ports: Ports, wakeUp: WakeUp): Promise<void> {
  switch (wakeUp.kind) {
    case 'queue':
      return wakeQueue(ports, wakeUp.queue);
    case 'shard':
      return wakeShard(ports, wakeUp.shard, wakeUp.after);
    case 'timer':
      await ports.timers.begun(wakeUp.shard, wakeUp.firesAt);
      return wakeShard(ports, wakeUp.shard);
    case 'subscription': {
      const key = { ...wakeUp.shard, client: wakeUp.client };
      const subscription = await ports.subscriptions.get(key, ports.clock.now());
      return subscription && deliver(ports, subscription);
    }
    case 'welcome':
      return welcome(ports, wakeUp.connection);
    case 'farewell':
      return farewell(ports, wakeUp);
    case 'expiry':
      return endIfExpired(ports, wakeUp.connection, wakeUp.expiresAt);
    case 'revocation':
      return endRevoked(ports, wakeUp.key);
  }
}

/**
 * Messages were appended to a queue. Its first shard, which every queue has, is served here, each other one by a
 * wake-up of its own, in parallel. A shard without connected clients needs none: a client that connects reads the log
 * itself.
 */
export async function wakeQueue(ports: Ports, name: QueueName): Promise<void> {
  const shard = { queue: name, shard: 0 };
  const [first, others] = await Promise.allSettled([wakeShard(ports, shard), wakeOthers(ports, name)]);
  if (others.status === 'rejected') throw others.reason;
  if (first.status === 'fulfilled') return;
  if (others.value === 0) throw first.reason;
  // Not thrown: each repetition of this wake-up would wake the others again.
  ports.reporter.warn('the first shard of a queue is left to a wake-up', { queue: name, error: first.reason });
  await ports.wakeUps.send({ kind: 'shard', shard }, AGAIN_MS);
}

/** Returns how many it woke. */
async function wakeOthers(ports: Ports, name: QueueName): Promise<number> {
  const { shards = 1 } = (await ports.queues.get(name)) ?? {};
  if (shards === 1) return 0;
  const others = Array.from({ length: shards - 1 }, (_, index) => ({ queue: name, shard: index + 1 }));
  const attended = await ports.subscriptions.attended(others, ports.clock.now());
  await Promise.all(attended.map((shard) => ports.wakeUps.send({ kind: 'shard', shard }, 0)));
  return attended.length;
}

async function wakeShard(ports: Ports, shard: Shard, after?: ClientId): Promise<void> {
  const connected = await ports.subscriptions.connected(shard, ports.clock.now());
  // Only a process with a deadline may have to hand over the rest, which takes an order.
  const subscriptions = ports.deadline === undefined ? connected : inOrder(connected, after);
  const round = new Round(ports.log, shard.queue, subscriptions);
  const { begun, failures } = await eachApart(ports, subscriptions, (one) => deliverIn(round, ports, one));
  await round.end(ports, shard);
  if (begun < subscriptions.length) {
    const last = subscriptions[begun - 1]?.client ?? after;
    await ports.wakeUps.send({ kind: 'shard', shard, ...(last === undefined ? {} : { after: last }) }, 0);
    // Not thrown: each repetition of this wake-up would hand over the rest again.
    for (const { one, error } of failures) {
      ports.reporter.warn('a subscriber is left to a wake-up', { client: one.client, error });
      await ports.wakeUps.send(subscriptionWakeUp(one), AGAIN_MS);
    }
  } else if (failures[0] !== undefined) throw failures[0].error;
}

const inOrder = (subscriptions: readonly Subscription[], after: ClientId | undefined): Subscription[] =>
  subscriptions
    .filter(({ client }) => after === undefined || client > after)
    .sort((a, b) => (a.client < b.client ? -1 : 1));
