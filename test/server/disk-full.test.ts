import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../conformance/patience';
import type { Wire } from '../conformance/wire';
import { runToEnd } from './holdfast';
import { aServer, connectTo } from './own';
import { aSmallDisk, whyNoSmallDisk } from './smallDisk';

const BIG = 'x'.repeat(20_000);
const why = whyNoSmallDisk();
const onSmallDisk = why === undefined ? test : test.skip;

/** Publishes until the disk is full, and some more; the numbers that were answered. */
async function fill(wire: Wire): Promise<number[]> {
  const seqs: number[] = [];
  for (let refused = 0; refused < 20; ) {
    const reply = await wire.answer({ action: 'publish', queue: 'orders', event: 'add', payload: BIG });
    if (reply.type === 'published') seqs.push(reply.seq);
    else {
      expect(reply).toMatchObject({ type: 'error', code: 'unavailable', retryable: true });
      refused += 1;
    }
    if (seqs.length > 500) throw new Error('It does not become full');
  }
  return seqs;
}

/** Acks messages at once, each by a request, by several connections in turn; those that were refused. */
async function ackEach(wires: readonly [Wire, ...Wire[]], seqs: readonly number[]): Promise<number[]> {
  const replies = await Promise.all(
    seqs.map((seq) => {
      const wire = wires[seq % wires.length] ?? wires[0];
      return wire.answer({ action: 'ack', queue: 'orders', seqs: [seq] });
    }),
  );
  return seqs.filter((_, index) => {
    const reply = replies[index];
    if (reply?.type !== 'acked') expect(reply).toMatchObject({ type: 'error', code: 'unavailable', retryable: true });
    return reply?.type !== 'acked';
  });
}

describe(`When the disk is full${why === undefined ? '' : ` (skipped: ${why})`}`, () => {
  onSmallDisk('publishes are refused as unavailable, and served again when there is room', async () => {
    const disk = aSmallDisk('2m');
    const data = join(disk.folder, 'data');
    const server = await aServer(data);
    const wire = await connectTo(server, 'billing');
    await wire.subscribe('orders', { maxInFlight: 1_000 });
    const seqs = await fill(wire);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const messages = await wire.receive('orders', seqs.length);
    expect(messages.map(({ seq }) => seq)).toEqual(seqs);
    const acked = seqs.slice(0, -10);
    const wires = [wire, await connectTo(server, 'billing'), await connectTo(server, 'billing')] as const;
    const refused = await ackEach(wires, acked);
    expect(refused.length).toBeGreaterThan(0);

    disk.resize('32m');
    const next = await eventually(
      () => wire.answer({ action: 'publish', queue: 'orders', event: 'add', payload: 'after' }),
      ({ type }) => type === 'published',
    );
    expect(next).toMatchObject({ seq: seqs.length + 1 });
    expect(await ackEach(wires, refused)).toEqual([]);
    await server.stop('SIGKILL');

    const back = await connectTo(await aServer(data), 'billing');
    const owed = await back.receive('orders', 11);
    expect(owed.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual([...seqs, seqs.length + 1].slice(-11));
    expect(await back.publish('orders', 'add')).toMatchObject({ seq: seqs.length + 2 });
  });

  onSmallDisk('what was answered before survives a crash, and a start that fails for want of room', async () => {
    const disk = aSmallDisk('2m');
    const data = join(disk.folder, 'data');
    const server = await aServer(data);
    const seqs = await fill(await connectTo(server));
    await server.stop('SIGKILL');
    const { code, stderr } = await runToEnd({ args: ['--port', '0', '--data', data] });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /Holdfast cannot start: .*(see that there is room on the disk|no space left).*\n$/i,
      ),
    });

    disk.resize('32m');
    const back = await connectTo(await aServer(data));
    await back.subscribe('orders', { from: 'earliest', maxInFlight: 1_000 });
    const messages = await back.receive('orders', seqs.length);
    expect(messages.slice(0, seqs.length).map(({ seq }) => seq)).toEqual(seqs);
  });

  onSmallDisk('a journal that could not be written whole counts as damaged nowhere', async () => {
    const disk = aSmallDisk('2m');
    const data = join(disk.folder, 'data');
    const server = await aServer(data);
    const seqs = await fill(await connectTo(server));
    // It goes on in a new file, which costs no room, while the old one cannot be stored for want of it.
    await eventually(
      async () => readdirSync(join(data, 'journal')).length,
      (files) => files > 1,
    );
    await server.stop('SIGKILL');
    disk.resize('32m');
    const back = await connectTo(await aServer(data));
    expect(await back.list('queues')).toEqual([expect.objectContaining({ queue: 'orders', head: seqs.length })]);
  });
});
