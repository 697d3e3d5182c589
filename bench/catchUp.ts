import { BenchClient } from './client';
import { format, perSecond, type Row } from './figures';
import { publishInBatches } from './publish';
import { withServer } from './server';

const MESSAGES = 100_000;
const TARGET = 200_000;

/** A durable subscriber that was away comes back to 100,000 messages, and acks every frame. */
export async function catchUp(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const maxInFlight of [1000, 100]) {
    const rate = await withServer(({ url }) => run(url, maxInFlight));
    rows.push({
      what: `catch-up of ${format(MESSAGES)} missed messages, maxInFlight ${maxInFlight}`,
      measured: `${format(rate)}/s`,
      target: `${format(TARGET)}/s`,
      met: rate >= TARGET,
    });
  }
  return rows;
}

async function run(url: string, maxInFlight: number): Promise<number> {
  const before = await BenchClient.connect(url, 'subscriber');
  await before.request({ action: 'subscribe', queue: 'catch-up', maxInFlight });
  await before.close();
  const publisher = await BenchClient.connect(url, 'publisher');
  await publishInBatches(publisher, 'catch-up', MESSAGES);
  await publisher.close();
  const start = performance.now();
  let count = 0;
  const subscriber = await BenchClient.connect(url, 'subscriber');
  await new Promise<void>((resolve) => {
    subscriber.onMessages = (messages, queue) => {
      const last = messages[messages.length - 1];
      count += messages.length;
      if (count < MESSAGES) subscriber.send({ action: 'ack', queue, upTo: last?.seq });
      else void subscriber.request({ action: 'ack', ref: 'last', queue, upTo: last?.seq }).then(resolve);
    };
  });
  const rate = perSecond(MESSAGES, performance.now() - start);
  await subscriber.close();
  return rate;
}
