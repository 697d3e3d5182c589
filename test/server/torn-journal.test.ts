import { cpSync, writeFileSync } from 'node:fs';
import { aJournalLeftBehind, cutOff, newestSegment, writtenIn } from './journal';
import { aFolder, aServer, connectTo } from './own';

const PUBLISHED = 20;

const append = (bytes: Buffer) => (file: string) => writeFileSync(file, Buffer.concat([writtenIn(file), bytes]));

/** What may happen to the end of a journal, and how many of the messages must be there afterwards. */
const ENDS: readonly [what: string, damage: (file: string) => void, whole: number][] = [
  ['its last byte is missing', (file) => cutOff(file, 1), PUBLISHED - 1],
  ['its last 40 bytes are missing', (file) => cutOff(file, 40), PUBLISHED - 1],
  ['nothing follows', append(Buffer.alloc(0)), PUBLISHED],
  ['the beginning of a group follows', append(Buffer.from([200, 1, 0, 0, ...Array(20).keys(), 91])), PUBLISHED],
  ['a length beyond all measure follows', append(Buffer.alloc(24, 255)), PUBLISHED],
  ['three bytes follow', append(Buffer.from('@%+')), PUBLISHED],
];

test('A journal that is not whole at its end is read up to there, and goes on', async () => {
  const original = await aJournalLeftBehind(PUBLISHED);
  for (const [what, damage, whole] of ENDS) {
    const data = aFolder();
    cpSync(original, data, { recursive: true });
    damage(newestSegment(data));
    const server = await aServer(data);
    const wire = await connectTo(server);
    await wire.subscribe('orders', { from: 'earliest' });
    const { seq } = await wire.publish('orders', 'add', 'after');
    const messages = await wire.receive('orders', seq);
    const before = Array.from({ length: seq - 1 }, (_, index) => index + 1);
    const seen = messages.map(({ seq, payload }) => [seq, payload]);
    expect([what, ...seen]).toEqual([what, ...before.map((n) => [n, n]), [seq, 'after']]);
    expect([what, before.length >= whole]).toEqual([what, true]);
    await server.stop('SIGKILL');
  }
});

test('Event names that were published at once are all known after a crash', async () => {
  const data = aFolder();
  const server = await aServer(data);
  const wire = await connectTo(server);
  const events = ['add', 'change', 'delete', 'move', 'rename'];
  await Promise.all(events.map((event) => wire.publish('orders', event)));
  await server.stop('SIGKILL');
  const back = await connectTo(await aServer(data));
  expect(await back.list('queues')).toEqual([
    expect.objectContaining({ queue: 'orders', events, head: events.length }),
  ]);
});
