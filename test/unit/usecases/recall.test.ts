import type { QueueName } from '../../../broker';
import { delivered, publish } from './frames';
import { createWorld, QUEUE } from './world';

it('an ack finds its subscription also where it is remembered in another shard than it is in', async () => {
  let recalled = 0;
  const world = createWorld({
    between: ({ clients }) => ({
      clients: new Proxy(clients, {
        get: (store, name, receiver) => {
          if (name !== 'recall') return Reflect.get(store, name, receiver);
          return async (client: string, queue: QueueName) => {
            recalled += 1;
            return { client, queue, shard: 9 };
          };
        },
      }),
    }),
  });
  const [billing, shop] = [await world.connect('billing'), await world.connect('shop')];
  await billing.request({ action: 'subscribe', queue: QUEUE });
  await shop.request(publish(1));
  expect(delivered(billing.take())).toEqual(['1:1']);
  const reply = await billing.request({ action: 'ack', ref: '1', queue: QUEUE, seqs: [1] });
  expect(reply).toMatchObject({ type: 'acked', settled: 1, inFlight: 0 });
  expect(recalled).toBeGreaterThan(0);
});
