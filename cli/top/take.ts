import pMap from 'p-map';
import { type Ask, everyItem } from '../connection';
import type { Snapshot } from './snapshot';

/** For how many queues the subscriptions are requested: more do not fit a screen, and each costs a request. */
const QUEUES_ASKED = 50;
const AT_A_TIME = 4;

/**
 * Asks a server for what `top` shows. Of many queues with subscribers the subscriptions of the first 50 are asked for.
 */
export async function takeSnapshot(ask: Ask): Promise<Snapshot> {
  const queues = await everyItem((range) => ask({ action: 'list', what: 'queues', ...range }));
  const at = performance.now();
  const asked = queues.filter(({ subscribers }) => subscribers > 0).slice(0, QUEUES_ASKED);
  const subscriptions = await pMap(
    asked,
    async ({ queue }) => {
      const own = await everyItem((range) => ask({ action: 'list', what: 'subscriptions', queue, ...range }));
      return own.map((one) => ({ ...one, queue }));
    },
    { concurrency: AT_A_TIME },
  );
  return { at, queues, subscriptions: subscriptions.flat() };
}
