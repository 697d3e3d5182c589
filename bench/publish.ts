import { BenchClient, payload } from './client';
import { format, perSecond, type Row } from './figures';
import { withServer } from './server';

const MESSAGES = 100_000;
const WARM_UP = 20_000;
const OUTSTANDING = 100;
const TARGET = 20_000;

/** Publishes in frames of their own, each answered once it is on disk, 100 outstanding. */
export async function publishes(): Promise<Row[]> {
  const rate = await withServer(async ({ url }) => {
    const client = await BenchClient.connect(url, 'publisher');
    await publishMany(client, 'warm-up', WARM_UP);
    const start = performance.now();
    await publishMany(client, 'publishes', MESSAGES);
    const rate = perSecond(MESSAGES, performance.now() - start);
    await client.close();
    return rate;
  });
  return [
    {
      what: `publishes, each answered, ${OUTSTANDING} outstanding`,
      measured: `${format(rate)}/s`,
      target: `${format(TARGET)}/s`,
      met: rate >= TARGET,
    },
  ];
}

function publishMany(client: BenchClient, queue: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let answered = 0;
    const more = () => {
      sent += 1;
      client.sendTogether({ action: 'publish', queue, event: 'e', payload: payload() });
    };
    client.onReply = ({ type }) => {
      if (type !== 'published') return;
      answered += 1;
      if (sent < count) more();
      else if (answered === count) resolve();
    };
    while (sent < OUTSTANDING) more();
  });
}

/** Publishes many messages, 100 to a frame, a few frames outstanding. */
export function publishInBatches(client: BenchClient, queue: string, count: number): Promise<void> {
  const batch = 100;
  const frames = 4;
  return new Promise((resolve) => {
    let sent = 0;
    let answered = 0;
    const more = () => {
      sent += batch;
      const messages = Array.from({ length: batch }, () => ({ event: 'e', payload: payload() }));
      client.send({ action: 'publish', queue, messages });
    };
    client.onReply = ({ type }) => {
      if (type !== 'published') return;
      answered += batch;
      if (sent < count) more();
      else if (answered >= count) resolve();
    };
    while (sent < Math.min(count, frames * batch)) more();
  });
}
