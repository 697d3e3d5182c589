import { BenchClient } from './client';
import { format, median, perSecond, type Row } from './figures';
import { publishInBatches } from './publish';
import { withServer } from './server';

const MESSAGES = 100_000;
const TARGET = 200_000;
/** By then a server has compiled what it does often. */
const TIMES = 5;

/**
 * A durable subscriber that was away comes back to 100,000 messages, and acks every frame: to a server that was just
 * started, and to one that has done so a few times.
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
    for (const [server, rate] of [
      ['a server just started', first] as const,
      ['a server in use', median(later)] as const,
    ])
      rows.push({
        what: `catch-up of ${format(MESSAGES)}, maxInFlight ${maxInFlight}, ${server}`,
        measured: `${format(rate)}/s`,
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
  const subscriber = await BenchClient.connect(url, 'subscriber', (messages, _, client) => {
    const last = messages[messages.length - 1];
    count += messages.length;
    if (count < MESSAGES) client.send({ action: 'ack', queue, upTo: last?.seq });
    else void client.request({ action: 'ack', ref: 'last', queue, upTo: last?.seq }).then(whole);
  });
  await delivered;
  const rate = perSecond(MESSAGES, performance.now() - start);
  await subscriber.request({ action: 'unsubscribe', queue });
  await subscriber.close();
  return rate;
}
