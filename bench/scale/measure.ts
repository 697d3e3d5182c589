import { audience, Publisher } from '../cost/audience';
import { Deployment } from '../cost/deployment';
import { readPrices, totalOf } from '../cost/prices';
import { perMillionDelivered, perMillionPublished } from '../cost/targets';
import { idleConnections, steady } from '../cost/workloads';
import type { PerOperation } from './model';

const SUBSCRIBERS = 50;
const ROUNDS = 5;

async function deployed<Answer>(services: string, run: (deployment: Deployment) => Promise<Answer>): Promise<Answer> {
  const deployment = await Deployment.open(services);
  try {
    return await run(deployment);
  } finally {
    await deployment.close();
  }
}

/**
 * What one of each takes, of the real functions: as `npm run bench:cost` measures it, with one subscriber and with
 * many, which tells what is the message's and what is the subscriber's.
 */
export async function measure(services: string): Promise<PerOperation> {
  const prices = readPrices();
  const one = await deployed(services, (deployment) => timed(deployment, 1));
  const many = await deployed(services, (deployment) => timed(deployment, SUBSCRIBERS));
  const load = { seconds: 10, gather: 10 };
  const toOne = await deployed(services, (deployment) => steady(deployment, { subscribers: 1, connected: 1, ...load }));
  const toMany = await deployed(services, (deployment) =>
    steady(deployment, { subscribers: SUBSCRIBERS, connected: SUBSCRIBERS, ...load }),
  );
  const idle = await deployed(services, (deployment) => idleConnections(deployment, 1));
  const deliveryMs = (many.deliverMs - one.deliverMs) / (SUBSCRIBERS - 1);
  const costOfOne = perMillionDelivered(toOne, prices);
  const costOfMany = perMillionDelivered(toMany, prices);
  const millionServed = (costOfOne - costOfMany) / (1 - 1 / SUBSCRIBERS);
  return {
    messageMs: one.deliverMs - deliveryMs,
    deliveryMs,
    ackMs: many.ackMs,
    connectMs: many.connectMs,
    writes: toMany.rest.writeUnits / toMany.delivered,
    reads: toMany.rest.readUnits / toMany.delivered,
    millionDelivered: costOfOne - millionServed,
    millionServed,
    millionPublished: perMillionPublished(toMany, prices),
    connectionMonth: totalOf(idle.rest, prices),
  };
}

async function timed(deployment: Deployment, subscribers: number) {
  const present = await audience(deployment, subscribers, subscribers);
  const connectMs = deployment.takeBilled() / subscribers;
  const publisher = await Publisher.connect(deployment);
  const rounds = Math.max(ROUNDS, SUBSCRIBERS / subscribers);
  let deliverMs = 0;
  let ackMs = 0;
  for (let round = -rounds; round < rounds; round++) {
    await publisher.one();
    deployment.takeBilled();
    await deployment.run();
    const delivered = deployment.takeBilled();
    for (const subscriber of present) await subscriber.ack();
    const acked = deployment.takeBilled();
    if (round < 0) continue;
    deliverMs += delivered / rounds;
    ackMs += acked / subscribers / rounds;
  }
  return { deliverMs, ackMs, connectMs };
}
