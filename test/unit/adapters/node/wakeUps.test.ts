import { setImmediate as nextTurn } from 'node:timers/promises';
import { NodeWakeUps } from '../../../../adapters/node';
import type { ClientId, QueueName, WakeUp } from '../../../../broker';

const shard = { queue: 'orders' as QueueName, shard: 0 };
const [billing, shop] = ['billing', 'shop'] as ClientId[] as [ClientId, ClientId];

test('Wake-ups that are gathered come once for each subscription, after this turn', async () => {
  const served: WakeUp[] = [];
  const wakeUps = new NodeWakeUps((wakeUp) => void served.push(wakeUp));
  for (const client of [billing, shop, billing]) wakeUps.gather({ ...shard, client });
  expect(served).toEqual([]);
  await nextTurn();
  const expected = [billing, shop].map((client) => ({ kind: 'subscription', shard, client }));
  expect(served).toEqual(expected);
  wakeUps.gather({ ...shard, client: billing });
  await nextTurn();
  expect(served).toEqual([...expected, expected[0]]);
});
