import { BenchClient } from './client';
import { format, median, perSecond, type Row } from './figures';
import { publishInBatches } from './publish';
import { withServer } from './server';

const MESSAGES = 100_000;
const TARGET = 200_000;
/** By then a server has compiled what it does often. */
const TIMES = 5;

/**
 * A durable subscriber that was away comes back to 100,000 messages, and acks a quarter of its window at a time, as the
 * client does: to a server that has done so a few times, and beside it to one that was just started.
 */
export async function catchUp(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const maxInFlight of [1000, 100]) {
    const rates = await withServer(async ({ url }) => {
      const measured: number[] = [];
      for (let time = 0; time < TIMES; time++) measured.push(await run(url, `catch-up ${time}`, maxInFlight));
      return measured;
    });
    const [first = 0, , ...later] = rates;
    const rate = median(later);
    rows.push({
      what: `catch-up of ${format(MESSAGES)}, maxInFlight ${maxInFlight} (just after the start)`,
      measured: `${format(rate)}/s (${format(first)}/s)`,
      target: `${format(TARGET)}/s`,
      met: rate >= TARGET,
    });
  }
  return rows;
}

async function run(url: string, queue: string, maxInFlight: number): Promise<number> {
  const before = await BenchClient.connect(url, 'subscriber');
  await before.request({ action: 'subscribe', queue, maxInFlight });
  await before.close();
  const publisher = await BenchClient.connect(url, 'publisher');
  await publishInBatches(publisher, queue, MESSAGES);
  await publisher.close();
  const start = performance.now();
  let count = 0;
  let whole: () => void = () => undefined;
  const delivered = new Promise<void>((resolve) => {
    whole = resolve;
  });
  const share = maxInFlight / 4;
  const subscriber = await BenchClient.connect(url, 'subscriber', (messages, _, client) => {
    for (let from = 0; from < messages.length; from += share) {
      const handled = messages.slice(from, from + share);
      const upTo = handled.at(-1)?.seq;
      count += handled.length;
      if (count < MESSAGES) client.send({ action: 'ack', queue, upTo });
      else void client.request({ action: 'ack', ref: 'last', queue, upTo }).then(whole);
    }
  });
  await delivered;
  const rate = perSecond(MESSAGES, performance.now() - start);
  await subscriber.request({ action: 'unsubscribe', queue });
  await subscriber.close();
  return rate;
}
