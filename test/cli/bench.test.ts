import { served } from './server';

const server = served();

test('It says how many were published and delivered a second, and how long each took', async () => {
  const args = ['bench', '--messages', '300', '--publishers', '2', '--subscribers', '2', '--size', '100', '--json'];
  const { code, stdout } = await server.run(args);
  expect(code).toBe(0);
  const [published, delivered] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(published).toMatchObject({ what: 'published', messages: 300 });
  expect(delivered).toMatchObject({ what: 'delivered', messages: 600 });
  for (const { seconds, messages, perSecond, latency } of [published, delivered]) {
    expect(perSecond).toBeCloseTo(messages / seconds, 5);
    expect(latency.median).toBeGreaterThan(0);
    expect(latency.p95).toBeGreaterThanOrEqual(latency.median);
    expect(latency.p99).toBeGreaterThanOrEqual(latency.p95);
    expect(latency.longest).toBeGreaterThanOrEqual(latency.p99);
  }
});

test('Its messages are in the queue, of the size asked for, and its subscriptions are gone', async () => {
  await server.run(['bench', '--queue', 'measured', '--messages', '50', '--size', '123']);
  const wire = await server.wire();
  expect(await wire.list('subscriptions', { queue: 'measured' })).toEqual([]);
  await wire.subscribe('measured', { from: 'earliest' });
  const messages = await wire.receive('measured', 50);
  for (const { payload } of messages) expect(JSON.stringify(payload)).toHaveLength(123);
});

test('At a terminal it shows how far it is, then a table', async () => {
  const terminal = server.show('holdfast bench --messages 2000');
  await terminal.until(/^█+░* +\d+ % /m);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^█{30} 100 % {2}4000 done, /m);
  expect(terminal.screen()).toMatch(/^WHAT +MESSAGES +PER SECOND +MEDIAN +95 % +99 % +LONGEST$/m);
  expect(terminal.screen()).toMatch(/^published +2,000 +[\d,]+( +[\d.]+ ms){4}$/m);
  expect(terminal.screen()).toMatch(/^delivered +2,000 +[\d,]+( +[\d.]+ ms){4}$/m);
});

test('Several subscribers of one client would share the messages: that is refused', async () => {
  const { code, stderr } = await server.run(['bench', '--client', 'one', '--subscribers', '2', '--messages', '10']);
  expect(stderr).toMatch(/leave out --client, or use --subscribers 1/);
  expect(code).toBe(2);
});
