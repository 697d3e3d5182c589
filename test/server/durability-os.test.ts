import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aJournalLeftBehind, damage, newestSegment } from './journal';
import { aFolder, aServerCalled, connectTo } from './own';

const called = (data: string) =>
  aServerCalled({ args: ['--port', '0', '--data', data, '--durability', 'os', '--log-level', 'warn'] });

test('With --durability os, what was answered survives the end of the process', async () => {
  const data = aFolder();
  const server = await called(data);
  const wire = await connectTo(server, 'shop');
  for (let n = 1; n <= 50; n++) await wire.publish('orders', 'add', n);
  await server.stop('SIGKILL');
  const again = await connectTo(await called(data), 'billing');
  await again.subscribe('orders', { from: 'earliest' });
  expect((await again.receive('orders', 50)).map(({ payload }) => payload)).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  );
});

test('With --durability os, a journal that a power cut damaged is read up to there, and nothing later', async () => {
  const data = aFolder();
  cpSync(await aJournalLeftBehind(20), data, { recursive: true });
  const segment = newestSegment(data);
  const later = segment.replace(/\d+(?=\.journal$)/, (digits) =>
    String(Number(digits) + 1).padStart(digits.length, '0'),
  );
  cpSync(segment, later);
  damage(segment);
  writeFileSync(join(data, 'journal', '000000009999.journal'), '');
  const server = await called(data);
  const wire = await connectTo(server, 'billing');
  await wire.subscribe('orders', { from: 'earliest' });
  const { seq } = await wire.publish('orders', 'add', 'after');
  expect(seq).toBeLessThan(21);
  const messages = await wire.receive('orders', seq);
  expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
});
