import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from 'holdfast/client';
import { startQueue } from '../queue';
import type { Queues } from './orders';

const ORDERS = 20;
/** The one that nobody can process. */
const EMPTY = 13;

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));

const queue = await startQueue();
const books = await mkdtemp(join(tmpdir(), 'holdfast-books-'));
const shop = await connect<Queues>(queue.url, { clientId: 'shop' });

for (let id = 1; id <= ORDERS; id++)
  await shop.publish('orders', 'placed', { id, product: 'lamp', pieces: id === EMPTY ? 0 : 1 + (id % 3) });
console.log(`The shop has taken ${ORDERS} orders.`);

const first = startWorker();
await until(async () => (await booked()) >= ORDERS / 2);
first.kill('SIGKILL');
await once(first, 'exit');
console.log(
  `The worker is dead. It has booked ${await booked()} orders; the last it was at, and its last acks, are lost.`,
);

const second = startWorker();
await until(async () => (await subscription())?.inFlight === 0 && (await subscription())?.backlog === 0);
second.kill('SIGTERM');
await once(second, 'exit');

const { items: dead } = await shop.request({
  action: 'list',
  what: 'deadLetters',
  queue: 'orders',
  clientId: 'billing',
});
console.log(`${await booked()} orders are booked, each once.`);
for (const { payload, reason } of dead) console.log(`Set aside: ${JSON.stringify(payload)}, because ${reason}.`);

await shop.close();
await queue.stop();
await rm(books, { recursive: true });

function startWorker() {
  return spawn(process.execPath, [...process.execArgv, WORKER, queue.url, books], { stdio: 'inherit' });
}

async function booked(): Promise<number> {
  return (await readdir(books)).length;
}

/** How far the workers have come: they share one subscription, as they share a name. */
async function subscription() {
  const { items } = await shop.request({ action: 'list', what: 'subscriptions', queue: 'orders' });
  return items[0];
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(100);
}
