import { memoryStores } from '../../adapters/memory';
import type { MessageLog } from '../../broker/ports';
import { describeStores } from './suites';
import { chosen, draft, LATER, NOW, queueName } from './suites/samples';

describeStores('memory', async () => ({ stores: memoryStores(), close: async () => {} }));

describe('a publisher that crashes in memory between taking its number and putting its message', () => {
  const crashing = () => {
    let crash = true;
    const { log } = memoryStores({
      betweenAppendSteps: async () => {
        if (crash) throw new Error('crash');
      },
    });
    const recover = () => {
      crash = false;
    };
    return { log, recover };
  };

  const crash = (log: MessageLog, ...drafts: Parameters<MessageLog['append']>[1]) =>
    expect(log.append(queue, drafts, NOW, LATER)).rejects.toThrow('crash');
  const queue = queueName();

  it('leaves a hole', async () => {
    const { log, recover } = crashing();
    await crash(log, draft('a'));
    recover();
    await log.append(queue, [draft('b')], NOW + 1, LATER);
    expect(await log.read(queue, 1, 10, NOW + 1)).toMatchObject([{ seq: 2, id: 'b', previousUntil: LATER }]);
  });

  it('has its message stored by its repetition, at a number for all who subscribed since, if it chose the id', async () => {
    const { log, recover } = crashing();
    await crash(log, chosen('a'));
    recover();
    expect(await log.append(queue, [chosen('a')], NOW + 1, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: false }]);
    expect(await log.append(queue, [chosen('a')], NOW + 1, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: true }]);
    expect(await log.read(queue, 1, 10, NOW + 1)).toMatchObject([
      { seq: 1, tombstone: true },
      { seq: 2, id: 'a' },
    ]);
  });

  it('gets another number when its first was given up', async () => {
    const { log, recover } = crashing();
    await crash(log, chosen('a'));
    recover();
    await log.fill(queue, { seq: 1, tombstone: true, publishedAt: NOW, previousUntil: 0, expiresAt: LATER });
    expect(await log.append(queue, [chosen('a')], NOW + 1, LATER)).toEqual([{ seq: 2, id: 'a', duplicate: false }]);
  });
});
