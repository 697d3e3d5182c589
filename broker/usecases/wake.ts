import type { QueueName } from '../model/names';
import type { Shard } from '../model/queue';
import type { Subscription } from '../model/subscription';
import type { Ports, WakeUp } from '../ports';
import { deliver } from './deliver';
import { Round } from './round';
import { welcome } from './welcome';

const AT_ONCE = 16;

/**
 * Does what a wake-up makes possible. It may come late, twice, or for nothing.
 *
 * @throws what a dependency threw: the wake-up is to be repeated. All others it concerns were served before.
 */
export async function wake(ports: Ports, wakeUp: WakeUp): Promise<void> {
  switch (wakeUp.kind) {
    case 'shard':
      return wakeShard(ports, wakeUp.shard);
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
  }
}

/** Messages were appended to a queue. Its first shard is served here, the others each by a wake-up, side by side. */
export async function wakeQueue(ports: Ports, name: QueueName): Promise<void> {
  const queue = await ports.queues.get(name);
  if (queue === undefined) return;
  const others = Array.from({ length: queue.shards - 1 }, (_, index) => index + 1);
  await Promise.all(others.map((shard) => ports.wakeUps.send({ kind: 'shard', shard: { queue: name, shard } }, 0)));
  await wakeShard(ports, { queue: name, shard: 0 });
}

async function wakeShard(ports: Ports, shard: Shard): Promise<void> {
  const subscriptions = await ports.subscriptions.connected(shard, ports.clock.now());
  const round = new Round(ports.log, shard.queue);
  const waiting = subscriptions[Symbol.iterator]();
  const failures: unknown[] = [];
  const work = async () => {
    for (const subscription of waiting) await deliverApart(ports, subscription, round, failures);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, subscriptions.length) }, work));
  if (failures.length > 0) throw failures[0];
}

/** One subscriber's failure never fails another: all are served before the first failure is reported. */
async function deliverApart(
  ports: Ports,
  subscription: Subscription,
  round: Round,
  failures: unknown[],
): Promise<void> {
  try {
    await deliver(ports, subscription, round);
  } catch (failure) {
    failures.push(failure);
  }
}
