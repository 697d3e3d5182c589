import { setTimeout as sleep } from 'node:timers/promises';
import { BenchClient } from './client';
import { format, type Row } from './figures';
import { publishInBatches } from './publish';
import { dataFolder, removeFolder, startServer } from './server';

const MESSAGES = 1_000_000;

/** Memory when idle, and with a backlog that a durable subscriber is owed; start-up with that backlog. */
export async function memory(): Promise<Row[]> {
  const data = await dataFolder();
  const first = await startServer(data);
  await sleep(1_000);
  const idle = first.residentMB();
  const subscriber = await BenchClient.connect(first.url, 'subscriber');
  await subscriber.request({ action: 'subscribe', queue: 'backlog' });
  await subscriber.close();
  const publisher = await BenchClient.connect(first.url, 'publisher');
  await publishInBatches(publisher, 'backlog', MESSAGES);
  await sleep(2_000);
  const full = first.residentMB();
  await publisher.close();
  await first.stop();
  const second = await startServer(data);
  const { startMs } = second;
  await second.stop();
  await removeFolder(data);
  return [
    { what: 'resident memory, idle', measured: `${idle.toFixed(0)} MB`, target: 'under 100 MB', met: idle < 100 },
    {
      what: `resident memory, a backlog of ${format(MESSAGES)}`,
      measured: `${full.toFixed(0)} MB`,
      target: 'under 250 MB',
      met: full < 250,
    },
    {
      what: `start-up with a backlog of ${format(MESSAGES)}`,
      measured: `${(startMs / 1000).toFixed(2)} s`,
      target: 'under 2 s',
      met: startMs < 2_000,
    },
  ];
}
