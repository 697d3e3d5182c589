import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Durability, openLmdb } from '../../adapters/lmdb';
import { aFolder } from './lmdb';
import { draft, LATER, NOW, queueName } from './suites/samples';

/** More than a delivery takes. */
const PROMISES = 100;

it.each<Durability>(['fsync', 'os'])(
  'answers an append once the deliveries that it makes possible are on their way: %s',
  async (durability) => {
    const folder = await aFolder();
    const order: string[] = [];
    const deliver = async () => {
      for (let step = 0; step < PROMISES; step++) await undefined;
      order.push('delivered');
    };
    const stores = await openLmdb(join(folder, 'data'), { onAppended: () => void deliver(), durability });
    await stores.log.append(queueName(), [draft('one')], NOW, LATER);
    order.push('answered');
    expect(order).toEqual(['delivered', 'answered']);
    await stores.close();
    await rm(folder, { recursive: true });
  },
);
