import { locate } from '../../../broker/usecases/position';
import { publish } from './frames';
import { afterwards } from './interpose';
import { createWorld, QUEUE } from './world';

const HOUR = 3_600_000;

it('finds a time without reading again and again what expired before the oldest message', async () => {
  const froms: number[] = [];
  const world = createWorld({
    settings: { messageRetention: 2 * HOUR, connectionLifetime: 48 * HOUR },
    between: ({ log }) => ({
      log: afterwards(log, 'read', async (_queue, from) => void froms.push(Number(from))),
    }),
  });
  const shop = await world.connect('shop');
  await shop.request(publish(100));
  await world.pass(3 * HOUR);
  const oldest = world.ports.clock.now();
  for (let n = 0; n < 10; n++) {
    await shop.request(publish(10));
    await world.pass(60_000);
  }
  const queue = await world.ports.queues.get(QUEUE);
  const at = async (time: number) => {
    froms.length = 0;
    const position = { time: new Date(time).toISOString() };
    return locate(world.ports, QUEUE, queue, position, world.ports.clock.now());
  };
  expect(await at(oldest + 1)).toBe(111);
  expect(froms.filter((from) => from < 101)).toEqual([1]);
  expect(await at(oldest - 100 * HOUR)).toBe(101);
  expect(froms.filter((from) => from < 101)).toEqual([1, 1]);
});
