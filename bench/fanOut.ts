import { BenchClient, payload } from './client';
import { format, perSecond, type Row } from './figures';
import { withServer } from './server';

const SUBSCRIBERS = 50;
const MESSAGES = 20_000;
const OUTSTANDING = 500;
const TARGET = 140_000;

/** One publisher, each message in a frame of its own; 50 durable subscribers that ack every frame they get. */
export async function fanOut(): Promise<Row[]> {
  const rate = await withServer(({ url }) => run(url));
  return [
    {
      what: `one publisher, ${SUBSCRIBERS} durable subscribers, acked deliveries`,
      measured: `${format(rate)}/s`,
      target: `${format(TARGET)}/s`,
      met: rate >= TARGET,
    },
  ];
}

async function run(url: string): Promise<number> {
  const publisher = await BenchClient.connect(url, 'publisher');
  const subscribers: BenchClient[] = [];
  const counts = new Array<number>(SUBSCRIBERS).fill(0);
  for (let i = 0; i < SUBSCRIBERS; i++) {
    const subscriber = await BenchClient.connect(url, `subscriber-${i}`);
    await subscriber.request({ action: 'subscribe', queue: 'fan-out', maxInFlight: 1000 });
    subscribers.push(subscriber);
  }
  const delivered = Promise.all(
    subscribers.map(
      (subscriber, i) =>
        new Promise<void>((resolve) => {
          subscriber.onMessages = (messages, queue) => {
            const last = messages[messages.length - 1];
            subscriber.send({ action: 'ack', queue, upTo: last?.seq });
            counts[i] = (counts[i] ?? 0) + messages.length;
            if (counts[i] === MESSAGES)
              subscriber.request({ action: 'ack', ref: 'last', queue, upTo: last?.seq }).then(resolve);
          };
        }),
    ),
  );
  const start = performance.now();
  let sent = 0;
  const more = () => {
    sent += 1;
    publisher.send({ action: 'publish', queue: 'fan-out', event: 'e', payload: payload() });
  };
  // No further ahead than the slowest, as a publisher that is paced by its consumers: nobody falls out of memory.
  publisher.onReply = ({ type }) => {
    if (type === 'published' && sent < MESSAGES) more();
  };
  while (sent < OUTSTANDING) more();
  await delivered;
  const rate = perSecond(MESSAGES * SUBSCRIBERS, performance.now() - start);
  await Promise.all([publisher, ...subscribers].map((client) => client.close()));
  return rate;
}
