import type { Inbox } from '../../../client/inbox';
import { Worker } from '../../../client/worker';

test('a handler that was stopped is done, though its last acks could not be stored', async () => {
  const lost = new Error('no connection');
  const inbox: Pick<Inbox, 'remove' | 'flush' | 'pump'> = {
    remove: () => {},
    pump: () => {},
    flush: () => Promise.reject(lost),
  };
  const worker = new Worker(inbox, {
    handler: () => undefined,
    concurrency: 1,
    events: undefined,
    maxExtension: 0,
    failed: () => {},
  });
  await expect(worker.stop()).rejects.toBe(lost);
  await expect(worker.done).resolves.toBeUndefined();
});
