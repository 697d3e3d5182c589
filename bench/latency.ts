import { setTimeout as sleep } from 'node:timers/promises';
import { BenchClient, payload } from './client';
import { median, percentile, type Row } from './figures';
import { timeFsyncs } from './fsync';
import { dataFolder, removeFolder, withServer } from './server';

const A_SECOND = 500;
const SECONDS = 8;
/** Seconds that are not counted, in which the code is compiled that runs from then on. */
const WARM_UP = 5;
/** After each second: disks that others use too are not as quick from one second to the next. */
const FSYNCS = 60;
/** Between two messages. */
const PAUSE_MS = 1000 / A_SECOND;

/** From publish to delivery, at 500 a second, to one subscriber that acks each. */
export async function latency(): Promise<Row[]> {
  const folder = await dataFolder();
  const fsyncs: number[] = [];
  const atOnce: number[] = [];
  const times = await withServer(({ url }) =>
    run(url, async () => {
      fsyncs.push(...(await timeFsyncs(folder, FSYNCS, PAUSE_MS)));
      atOnce.push(...(await timeFsyncs(folder, FSYNCS)));
    }),
  );
  await removeFolder(folder);
  const fsync = median(fsyncs);
  const middle = median(times);
  const high = percentile(times, 0.99);
  const told = `an fsync every ${PAUSE_MS} ms takes ${fsync.toFixed(2)} ms; one after the other, ${median(atOnce).toFixed(2)}`;
  return [
    {
      what: `publish to delivery, ${A_SECOND}/s: median (${told})`,
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

/** @param between called after each second that counts. */
async function run(url: string, between: () => Promise<void>): Promise<number[]> {
  const subscriber = await BenchClient.connect(url, 'subscriber');
  const publisher = await BenchClient.connect(url, 'publisher');
  const times: number[] = [];
  subscriber.onMessages = (messages, queue) => {
    const now = performance.now();
    for (const { payload: sent } of messages) times.push(now - (sent.at ?? now));
    subscriber.send({ action: 'ack', queue, seqs: messages.map(({ seq }) => seq) });
  };
  await subscriber.request({ action: 'subscribe', queue: 'latency' });
  for (let second = 1; second <= WARM_UP + SECONDS; second++) {
    await publishFor(publisher, A_SECOND);
    while (times.length < second * A_SECOND) await sleep(5);
    if (second > WARM_UP) await between();
  }
  await Promise.all([subscriber.close(), publisher.close()]);
  return times.slice(WARM_UP * A_SECOND);
}

/** Publishes for a second, evenly. */
async function publishFor(publisher: BenchClient, messages: number): Promise<void> {
  const start = performance.now();
  for (let sent = 0; sent < messages; ) {
    while (sent < messages && performance.now() - start >= (sent * 1000) / messages) {
      publisher.send({ action: 'publish', queue: 'latency', event: 'e', payload: payload() });
      sent += 1;
    }
    await sleep(1);
  }
}
