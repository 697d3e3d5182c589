import pMap, { pMapSkip } from 'p-map';
import type { Holdfast } from '../../client';
import { type Figure, figure } from './figures';
import { stopwatch } from './latency';

/** The load. */
export interface Load {
  readonly queue: string;
  readonly messages: number;
  /** Bytes of each payload, at least 40. */
  readonly size: number;
  /** Publishes of each publisher that wait for their answers at a time. */
  readonly outstanding: number;
}

interface Payload {
  /** When it was handed to the client. */
  readonly at: number;
  readonly text: string;
}

/** JSON of so many bytes. */
function payloadOf(size: number): Payload {
  const bare = { at: performance.now(), text: '' };
  return { ...bare, text: 'x'.repeat(Math.max(0, size - JSON.stringify(bare).length)) };
}

/**
 * Publishes messages through some clients and has others, who subscribe before, acknowledge each; measures both.
 *
 * @param onProgress how many are done: half of it published, half of it delivered to all.
 */
export async function underLoad(
  publishers: readonly Holdfast[],
  subscribers: readonly Holdfast[],
  { queue, messages, size, outstanding }: Load,
  onProgress: (done: number) => void,
): Promise<Figure[]> {
  const answered = stopwatch();
  const arrived = stopwatch();
  const expected = messages * subscribers.length;
  let [published, delivered] = [0, 0];
  let whole: () => void = () => {};
  const everything = new Promise<void>((resolve) => {
    whole = resolve;
    if (expected === 0) resolve();
  });
  const told = () => onProgress(published + (expected === 0 ? 0 : delivered / subscribers.length));
  const consumptions = await Promise.all(
    subscribers.map((subscriber) =>
      subscriber.consume(queue, { maxInFlight: 1000, concurrency: 1000 }, ({ payload }) => {
        if (isPayload(payload)) arrived.record(performance.now() - payload.at);
        delivered += 1;
        told();
        if (delivered === expected) whole();
      }),
    ),
  );

  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const publishing = publishers.map((publisher, index) =>
    pMap(
      numbers(share(messages, publishers.length, index)),
      async () => {
        const payload = payloadOf(size);
        await publisher.publish(queue, 'bench', payload);
        answered.record(performance.now() - payload.at);
        published += 1;
        told();
        return pMapSkip;
      },
      { concurrency: outstanding },
    ),
  );
  const publishedIn = Promise.all(publishing).then(seconds);
  const failed = Promise.all(consumptions.map(({ done }) => done));
  await Promise.race([Promise.all([publishedIn, everything]), failed]);
  const deliveredIn = seconds();
  const figures = [figure('published', messages, await publishedIn, answered.read())];
  if (expected > 0) figures.push(figure('delivered', expected, deliveredIn, arrived.read()));
  return figures;
}

const isPayload = (payload: unknown): payload is Payload =>
  typeof payload === 'object' && payload !== null && 'at' in payload && typeof payload.at === 'number';

/** How many of a number fall to one of several. */
const share = (total: number, among: number, index: number): number =>
  Math.floor(total / among) + (index < total % among ? 1 : 0);

function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}
