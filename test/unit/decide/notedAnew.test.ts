import { notedAnew } from '../../../broker/decide/notedAnew';
import type { ClientId, QueueName } from '../../../broker/model/names';

const there = { queue: 'q' as QueueName, shard: 3, client: 'billing' as ClientId, createdAt: 100 };

it('keeps the key', () => {
  expect(notedAnew(there, 200)).toEqual({ ...there, createdAt: 200 });
});

it('is told from what was there, whatever the clocks say', () => {
  expect(notedAnew(there, 100).createdAt).toBe(101);
  expect(notedAnew(there, 50).createdAt).toBe(101);
});
