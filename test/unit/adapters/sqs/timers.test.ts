import type { PendingTimers } from '../../../../adapters/dynamodb';
import { SqsTimers } from '../../../../adapters/sqs';
import { type QueueName, type Time, Unavailable, type WakeUp } from '../../../../broker';
import { shardKey } from '../../../../broker/model/queue';

const SHARD = { queue: 'Database Events' as QueueName, shard: 0 };
const NOW = Date.UTC(2026, 0, 1);
const later = (seconds: number): Time => NOW + seconds * 1_000;

/** A deployment: what all its processes share. */
function deployment() {
  const recorded = new Map<string, Time>();
  const came = new Map<string, Time>();
  const sent: { wakeUp: WakeUp; delay: number }[] = [];
  const calls: string[] = [];
  const record: PendingTimers = {
    get: async (shard) => {
      calls.push('get');
      return recorded.get(shardKey(shard));
    },
    record: async (shard, firesAt) => {
      calls.push('record');
      if (firesAt > (came.get(shardKey(shard)) ?? 0)) recorded.set(shardKey(shard), firesAt);
    },
    clear: async (shard, firesAt) => {
      calls.push('clear');
      came.set(shardKey(shard), Math.max(firesAt, came.get(shardKey(shard)) ?? 0));
      if ((recorded.get(shardKey(shard)) ?? Infinity) <= firesAt) recorded.delete(shardKey(shard));
    },
  };
  const wakeUps = {
    send: async (wakeUp: WakeUp, delay: number) => {
      calls.push('send');
      sent.push({ wakeUp, delay });
    },
  };
  return { recorded, sent, calls, wakeUps, record, process: () => new SqsTimers(wakeUps, record) };
}

describe('arming a timer', () => {
  it('sends it, and records it only then', async () => {
    const { process, sent, calls, recorded } = deployment();
    await process().arm(SHARD, later(30), NOW);
    expect(sent).toEqual([{ wakeUp: { kind: 'timer', shard: SHARD, firesAt: later(30) }, delay: 30_000 }]);
    expect(calls).toEqual(['get', 'send', 'record']);
    expect([...recorded]).toEqual([[shardKey(SHARD), later(30)]]);
  });

  it('is for the whole second after, so that it does not come before its time', async () => {
    const { process, sent } = deployment();
    await process().arm(SHARD, NOW + 2_001, NOW);
    expect(sent).toEqual([{ wakeUp: { kind: 'timer', shard: SHARD, firesAt: later(3) }, delay: 3_000 }]);
  });

  it('is for 15 minutes where it lies further away', async () => {
    const { process, sent } = deployment();
    await process().arm(SHARD, later(86_400), NOW);
    expect(sent).toMatchObject([{ wakeUp: { firesAt: later(900) }, delay: 900_000 }]);
  });

  it('is for at once where its time has passed, and promises nothing to those who come later', async () => {
    const { process, sent, recorded } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(-5), NOW);
    await timers.arm(SHARD, later(-5), NOW);
    expect(sent).toMatchObject([{ delay: 0 }, { delay: 0 }]);
    expect(recorded.size).toBe(0);
  });

  it('names the shard and nothing of who armed it', async () => {
    const { process, sent } = deployment();
    await process().arm({ ...SHARD, client: 'billing' } as typeof SHARD, later(30), NOW);
    expect(sent[0]?.wakeUp).toEqual({ kind: 'timer', shard: SHARD, firesAt: later(30) });
  });

  it('is not recorded if it could not be sent', async () => {
    const { wakeUps, record, recorded, sent } = deployment();
    let isBroken = true;
    const broken: typeof wakeUps = {
      send: (...wakeUp) => (isBroken ? Promise.reject(new Unavailable('no')) : wakeUps.send(...wakeUp)),
    };
    const timers = new SqsTimers(broken, record);
    await expect(timers.arm(SHARD, later(30), NOW)).rejects.toThrow(Unavailable);
    expect(recorded.size).toBe(0);
    // Nor is it remembered as pending by the process that failed: it sends the timer when it is asked again.
    isBroken = false;
    await timers.arm(SHARD, later(30), NOW);
    expect(sent).toEqual([{ wakeUp: { kind: 'timer', shard: SHARD, firesAt: later(30) }, delay: 30_000 }]);
    expect([...recorded]).toEqual([[shardKey(SHARD), later(30)]]);
  });
});

describe('while one is pending', () => {
  it('arms no other for what comes later, and asks nobody', async () => {
    const { process, calls } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    calls.length = 0;
    await timers.arm(SHARD, later(30), NOW);
    await timers.arm(SHARD, later(60), later(10));
    expect(calls).toEqual([]);
  });

  it('looks it up where it fires in a moment, for it may have been begun by another', async () => {
    const { process, calls, sent } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    calls.length = 0;
    await timers.arm(SHARD, later(60), later(20));
    expect(calls).toEqual(['get']);
    await process().begun(SHARD, later(30));
    await timers.arm(SHARD, later(60), later(21));
    expect(sent).toHaveLength(2);
  });

  it('learns of those that other processes armed', async () => {
    const { process, calls, sent } = deployment();
    await process().arm(SHARD, later(30), NOW);
    const other = process();
    await other.arm(SHARD, later(45), later(1));
    await other.arm(SHARD, later(45), later(2));
    expect(calls).toEqual(['get', 'send', 'record', 'get', 'get']);
    expect(sent).toHaveLength(1);
  });

  it('looks up each time what another armed, whose clock may be ahead: for its own, that one has not come yet', async () => {
    const { process, sent } = deployment();
    const ahead = process();
    await ahead.arm(SHARD, later(25), later(20));
    const behind = process();
    await behind.arm(SHARD, later(25), NOW);
    expect(sent).toHaveLength(1);
    await ahead.begun(SHARD, later(25));
    await behind.arm(SHARD, later(25), later(5));
    expect(sent).toHaveLength(2);
  });

  it('arms another for what comes earlier', async () => {
    const { process, sent, recorded } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    await timers.arm(SHARD, later(5), NOW);
    expect(sent.map(({ delay }) => delay)).toEqual([30_000, 5_000]);
    expect(recorded.get(shardKey(SHARD))).toBe(later(5));
  });

  it('does not arm another for less than a second', async () => {
    const { process, sent } = deployment();
    const timers = process();
    await timers.arm(SHARD, NOW + 20_500, NOW);
    await timers.arm(SHARD, NOW + 20_400, NOW + 300);
    expect(sent).toHaveLength(1);
  });

  it('keeps the shards apart', async () => {
    const { process, sent } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    await timers.arm({ ...SHARD, shard: 1 }, later(30), NOW);
    expect(sent).toHaveLength(2);
  });

  it('arms one for many who come at the same time', async () => {
    const { process, calls } = deployment();
    const timers = process();
    await Promise.all(Array.from({ length: 100 }, (_, index) => timers.arm(SHARD, NOW + 5_000 + index, NOW)));
    expect(calls.filter((call) => call === 'send')).toHaveLength(1);
    expect(calls.filter((call) => call === 'get')).toHaveLength(2);
  });

  it('arms the earliest of those who come at the same time', async () => {
    const { process, sent } = deployment();
    const timers = process();
    await Promise.all([30, 20, 5, 10].map((seconds) => timers.arm(SHARD, later(seconds), NOW)));
    expect(sent.map(({ delay }) => delay)).toEqual([30_000, 5_000]);
  });

  it('tells all who waited for a turn that failed, and lets the next try again', async () => {
    const { record, sent, wakeUps } = deployment();
    let broken = true;
    const timers = new SqsTimers(
      { send: (...args) => (broken ? Promise.reject(new Unavailable('no')) : wakeUps.send(...args)) },
      record,
    );
    const arms = [30, 20, 10].map((seconds) => timers.arm(SHARD, later(seconds), NOW));
    expect((await Promise.allSettled(arms)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    broken = false;
    await timers.arm(SHARD, later(30), NOW);
    expect(sent).toHaveLength(1);
  });
});

describe('a timer that is due', () => {
  it('is pending no more, in the record and here', async () => {
    const { process, recorded, sent } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    await timers.begun(SHARD, later(30));
    expect(recorded.size).toBe(0);
    await timers.arm(SHARD, later(30), later(15));
    expect(sent).toHaveLength(2);
  });

  it('does not count as pending once its time has come, though nobody began it', async () => {
    const { process, sent } = deployment();
    await process().arm(SHARD, later(30), NOW);
    await process().arm(SHARD, later(60), later(30));
    expect(sent.map(({ delay }) => delay)).toEqual([30_000, 30_000]);
  });

  it('leaves a later one pending', async () => {
    const { process, calls } = deployment();
    const timers = process();
    await timers.arm(SHARD, later(30), NOW);
    await timers.begun(SHARD, later(5));
    calls.length = 0;
    await timers.arm(SHARD, later(30), later(5));
    expect(calls).toEqual([]);
  });
});
