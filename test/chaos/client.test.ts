import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { connect, type Holdfast } from '../../client';
import type { Running } from '../server/holdfast';
import { Random } from '../server/load/random';
import { aFolder, afterwards, aServer } from '../server/own';
import { aFreePort } from '../server/ports';
import { Network } from './network';

const SEED = Number(process.env.HOLDFAST_SEED ?? randomInt(2 ** 31));
const MESSAGES = Number(process.env.HOLDFAST_CHAOS_MESSAGES ?? 10_000);
/** How long the server is killed and the network cut. Milliseconds. */
const STORM_MS = Number(process.env.HOLDFAST_CHAOS_SECONDS ?? 60) * 1_000;
/** How long the client may take to catch up after it. Milliseconds. */
const CALM_MS = 90_000;

jest.setTimeout(STORM_MS + CALM_MS + 30_000);

interface Queues {
  orders: { created: { number: number } };
}

/** What the storm did. */
interface Weather {
  kills: number;
  cuts: number;
  silences: number;
}

/** Kills the server, cuts the network or silences it, again and again until the time is over. */
async function storm(random: Random, network: Network, restart: () => Promise<Running>): Promise<Weather> {
  const weather: Weather = { kills: 0, cuts: 0, silences: 0 };
  let server = await restart();
  for (const end = Date.now() + STORM_MS; Date.now() < end; ) {
    await sleep(random.between(200, 3_000));
    switch (random.pick(['kill', 'cut', 'silence'])) {
      case 'kill':
        weather.kills += 1;
        await server.stop('SIGKILL');
        await sleep(random.between(0, 500));
        server = await restart();
        break;
      case 'cut':
        weather.cuts += 1;
        network.cut();
        break;
      default:
        weather.silences += 1;
        network.fallSilent();
        await sleep(random.between(500, 3_000));
        network.recover();
    }
  }
  return weather;
}

/** Publishes numbers from 1 on, evenly spread over the storm, and waits until all are durable. */
async function publishAll(shop: Holdfast<Queues>): Promise<number[]> {
  const published: Promise<{ seq: number }>[] = [];
  const began = Date.now();
  while (published.length < MESSAGES) {
    const due = Math.min(MESSAGES, Math.ceil(((Date.now() - began) / STORM_MS) * MESSAGES));
    while (published.length < due) published.push(shop.publish('orders', 'created', { number: published.length + 1 }));
    await sleep(5);
  }
  return (await Promise.all(published)).map(({ seq }) => seq);
}

test(`Over a server that is killed and a network that is cut, each message is handled once, in order (HOLDFAST_SEED=${SEED})`, async () => {
  const random = new Random(SEED);
  const data = aFolder();
  const port = await aFreePort();
  const server = await aServer(data, port);
  const network = await Network.open(() => port);
  afterwards(() => network.close());
  const options = { webSocket: WebSocket, heartbeat: 1, buffer: MESSAGES };
  const billing = await connect<Queues>(network.url, { ...options, clientId: 'billing' });
  const shop = await connect<Queues>(network.url, { ...options, clientId: 'shop' });
  afterwards(() => billing.close());
  afterwards(() => shop.close());

  const handled: { seq: number; number: number }[] = [];
  await billing.consume('orders', { maxDeliveries: 0 }, async ({ seq, payload }) => {
    handled.push({ seq, number: payload.number });
    if (random.chance(0.05)) await sleep(random.between(1, 20));
  });
  const raging = storm(random, network, () =>
    server.process.signalCode === null ? Promise.resolve(server) : aServer(data, port),
  );
  const seqs = await publishAll(shop);
  const weather = await raging;
  for (const end = Date.now() + CALM_MS; handled.length < MESSAGES && Date.now() < end; ) await sleep(50);
  await billing.flush({ signal: AbortSignal.timeout(CALM_MS) });
  const { items } = await billing.request({ action: 'list', what: 'subscriptions', queue: 'orders' });
  console.log(`${MESSAGES} messages over`, weather);

  const numbers = Array.from({ length: MESSAGES }, (_, index) => index + 1);
  expect(weather.kills).toBeGreaterThan(0);
  // Published once each, in order.
  expect(seqs).toEqual(numbers);
  // Handled once each, in order.
  expect(handled).toEqual(numbers.map((number) => ({ seq: number, number })));
  expect(items).toMatchObject([{ next: MESSAGES + 1, inFlight: 0, backlog: 0, dead: 0 }]);
});
