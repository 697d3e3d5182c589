import { setTimeout as sleep } from 'node:timers/promises';
import { BenchClient, payload } from './client';
import { median, percentile, type Row } from './figures';
import { measureFsync } from './fsync';
import { dataFolder, removeFolder, withServer } from './server';

const A_SECOND = 500;
const SECONDS = 8;
/** Messages that are not counted: five seconds, in which the code is compiled that runs from then on. */
const WARM_UP = 2_500;

/** From publish to delivery, at 500 a second, to one subscriber that acks each. */
export async function latency(): Promise<Row[]> {
  const folder = await dataFolder();
  const before = await measureFsync(folder);
  const times = await withServer(({ url }) => run(url));
  const fsync = (before + (await measureFsync(folder))) / 2;
  await removeFolder(folder);
  const middle = median(times);
  const high = percentile(times, 0.99);
  return [
    {
      what: `publish to delivery, ${A_SECOND}/s: median (an fsync takes ${fsync.toFixed(2)} ms)`,
      measured: `${middle.toFixed(2)} ms, ${(middle / fsync).toFixed(2)} fsyncs`,
      target: 'under 2 fsyncs',
      met: middle < 2 * fsync,
    },
    {
      what: `publish to delivery, ${A_SECOND}/s: 99th percentile`,
      measured: `${high.toFixed(2)} ms`,
      target: 'under 10 ms',
      met: high < 10,
    },
  ];
}

async function run(url: string): Promise<number[]> {
  const subscriber = await BenchClient.connect(url, 'subscriber');
  const publisher = await BenchClient.connect(url, 'publisher');
  const times: number[] = [];
  subscriber.onMessages = (messages, queue) => {
    const now = performance.now();
    for (const { payload: sent } of messages) times.push(now - (sent.at ?? now));
    subscriber.send({ action: 'ack', queue, seqs: messages.map(({ seq }) => seq) });
  };
  await subscriber.request({ action: 'subscribe', queue: 'latency' });
  const total = A_SECOND * SECONDS + WARM_UP;
  const start = performance.now();
  for (let sent = 0; sent < total; ) {
    while (sent < total && performance.now() - start >= (sent * 1000) / A_SECOND) {
      publisher.send({ action: 'publish', queue: 'latency', event: 'e', payload: payload() });
      sent += 1;
    }
    await sleep(1);
  }
  while (times.length < total) await sleep(5);
  await Promise.all([subscriber.close(), publisher.close()]);
  return times.slice(WARM_UP);
}
