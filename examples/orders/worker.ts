import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'holdfast/client';
import type { Queues } from './orders';

// worker.ts URL FOLDER: books orders until it is stopped. An order is booked when there is a file for it in the folder.
const [url = '', folder = ''] = process.argv.slice(2);

const holdfast = await connect<Queues>(url, { clientId: 'billing' });

await holdfast.consume('orders', { from: 'earliest', maxInFlight: 10 }, async (message) => {
  const { payload: order, attempt } = message;
  if (order.pieces < 1) {
    console.log(`order ${order.id}: there is nothing in it, so it is set aside`);
    message.reject('an order must be for one piece or more');
    return;
  }
  console.log(`order ${order.id}: ${order.pieces} × ${order.product}${attempt > 1 ? `, attempt ${attempt}` : ''}`);
  // The payment provider takes its time.
  await pause(50);
  try {
    // Only if there is none: an order may come a second time, when a worker died after its work and before its ack.
    await writeFile(join(folder, `${order.id}.json`), JSON.stringify(order), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    console.log(`order ${order.id}: it is booked already`);
  }
});

process.once('SIGTERM', async () => {
  await holdfast.close();
  process.exit();
});
