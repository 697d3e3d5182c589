import { started } from './program';
import { served } from './server';

const server = served();
const CTRL_C = '\u0003';

const subscriptionOf = async (queue: string) => (await (await server.wire()).list('subscriptions', { queue }))[0];

test('Messages are printed as they come, and acknowledged', async () => {
  const wire = await server.wire();
  const reader = started(['subscribe', 'live', '--client', 'reader', '--json'], { HOLDFAST_URL: server.url });
  for (let there = false; !there; ) there = (await wire.list('queues')).some((one) => one.queue === 'live');
  await wire.publish('live', 'created', { id: 7 });
  await reader.until(/\n/);
  await wire.publish('live', 'cancelled', { id: 8 });
  const lines = (await reader.until(/\n.*\n/)).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { queue: 'live', seq: 1, event: 'created', payload: { id: 7 }, headers: {}, attempt: 1 },
    { queue: 'live', seq: 2, event: 'cancelled', payload: { id: 8 } },
  ]);
  reader.process.kill('SIGINT');
  expect((await reader.done).code).toBe(0);
  expect(await subscriptionOf('live')).toMatchObject({ clientId: 'reader', next: 3, inFlight: 0, backlog: 0 });
});

test('A client gets what it missed; only the events it asked for; and --count ends it', async () => {
  const wire = await server.wire('away');
  await wire.subscribe('missed', { events: ['a'] });
  await wire.close();
  await (await server.wire()).publishAll('missed', ['a', 'b', 'a']);
  const { code, stdout } = await server.run(['--client', 'away', 'subscribe', 'missed', 'a', '--count', '2']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}1 {2}a {2}1\n\d\d:\d\d:\d\d {2}3 {2}a {2}3\n$/);
  expect(await subscriptionOf('missed')).toMatchObject({ inFlight: 0, backlog: 0 });
});

test('--from begins with the past, and is told apart from a subscription that is there already', async () => {
  await (await server.wire()).publishAll('past', ['a', 'b', 'c']);
  const args = ['subscribe', 'past', '--client', 'historian', '--from', '2', '--count', '1'];
  const first = await server.run([...args, '--json']);
  expect(JSON.parse(first.stdout)).toMatchObject({ seq: 2, event: 'b' });
  expect(first.stderr).toBe('');
  const second = await server.run([...args, '--json']);
  expect(JSON.parse(second.stdout)).toMatchObject({ seq: 3 });
  expect(second.stderr).toBe('historian has a subscription of past already: --from changes nothing, seek moves it.\n');
});

test('--ack none acknowledges nothing: the next one gets the same', async () => {
  await (await server.wire()).publishAll('looked at', ['a', 'a']);
  const args = [
    'subscribe',
    'looked at',
    '--client',
    'onlooker',
    '--from',
    'earliest',
    '--ack',
    'none',
    '--count',
    '2',
  ];
  for (const attempt of [1, 2]) {
    const { code, stdout } = await server.run([...args, '--json']);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { seq: 1, attempt },
      { seq: 2, attempt },
    ]);
  }
  expect(await subscriptionOf('looked at')).toMatchObject({ inFlight: 2 });
});

test('--ack prompt asks about each message at the terminal, and does as told', async () => {
  await (await server.wire()).publishAll('asked', ['a', 'b', 'c', 'd']);
  const terminal = server.show('holdfast subscribe asked --client asker --from earliest --ack prompt');
  for (const [seq, key] of [
    [1, 'a'],
    [2, 'r'],
    [3, 'n'],
  ]) {
    await terminal.until(new RegExp(`^\\? ${seq}: .*$`, 'm'));
    terminal.type(`${key}\r`);
  }
  await terminal.until(/^\? 4: /m);
  terminal.type('q\r');
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^\d\d:\d\d:\d\d {2}1 {2}a {2}1\n/);
  const wire = await server.wire();
  const states = [];
  for (const seq of [1, 2, 3, 4])
    states.push((await wire.request({ action: 'status', queue: 'asked', seq })).subscribers[0]?.state);
  expect(states).toEqual(['settled', 'dead', 'inFlight', 'inFlight']);
});

test('Ctrl-C at the prompt leaves the message unacknowledged and the terminal in order', async () => {
  await (await server.wire()).publishAll('left', ['a']);
  const terminal = server.show(
    'holdfast subscribe left --client leaver --from earliest --ack prompt; stty -a | grep -o ".echo "',
  );
  await terminal.until(/^\? 1: /m);
  terminal.type(CTRL_C);
  await terminal.ended;
  expect(terminal.screen()).toMatch(/\n echo$/);
  expect(terminal.written().lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(
    terminal.written().lastIndexOf('\u001b[?25l'),
  );
  expect(await subscriptionOf('left')).toMatchObject({ inFlight: 1 });
});

test('Ctrl-C before there were as many as wanted ends it with exit code 130', async () => {
  await (await server.wire()).publishAll('short of', ['a', 'a']);
  const args = ['subscribe', 'short of', '--from', 'earliest', '--count', '3'];
  const reader = started(args, { HOLDFAST_URL: server.url });
  await reader.until(/\n.*\n/);
  reader.process.kill('SIGINT');
  expect((await reader.done).code).toBe(130);
});

test.each([
  ['before there were as many answers as wanted is exit code 130', 'cut off', '--count 2', 130],
  ['of the last one wanted is exit code 130: it is not answered', 'cut off last', '--count 1', 130],
  ['ends it where no number is wanted: exit code 0', 'cut off any', '', 0],
])('Ctrl-C at the prompt %s', async (_, queue, count, code) => {
  await (await server.wire()).publishAll(queue, ['a', 'a']);
  const terminal = server.show(`holdfast subscribe "${queue}" --client cutter --from earliest --ack prompt ${count}`);
  await terminal.until(/^\? 1: /m);
  terminal.type(CTRL_C);
  expect(await terminal.ended).toBe(code);
  expect(terminal.screen()).not.toMatch(/error|SIGINT/);
  expect((await subscriptionOf(queue))?.inFlight).toBe(2);
});

test('To quit at the prompt is no failure, also before there were as many as wanted', async () => {
  await (await server.wire()).publishAll('quit', ['a']);
  const terminal = server.show('holdfast subscribe quit --from earliest --ack prompt --count 3');
  await terminal.until(/^\? 1: /m);
  terminal.type('q\r');
  expect(await terminal.ended).toBe(0);
});

test('--ack none ends after as many as wanted, though there are more', async () => {
  await (await server.wire()).publishAll('more than', ['a', 'a', 'a']);
  const { code, stdout } = await server.run([
    ...['subscribe', 'more than', '--from', 'earliest', '--ack', 'none', '--count', '1', '--json'],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ seq: 1 });
  expect(code).toBe(0);
});

test('--ack prompt without a terminal is misuse', async () => {
  const { code, stderr } = await server.run(['subscribe', 'x', '--ack', 'prompt']);
  expect(stderr).toMatch(/needs a terminal/);
  expect(code).toBe(2);
});

test('Payloads, events and headers cannot send sequences to the terminal, nor begin a line', async () => {
  const wire = await server.wire();
  const evil = '\u001b[2J\u009b31m\u0007\u202e\r\n12:00:00  99  fake  {}';
  await wire.request({
    action: 'publish',
    queue: 'evil',
    event: 'e\u202ee',
    payload: { [evil]: evil },
    headers: { h: evil },
  });
  const terminal = server.show('holdfast subscribe evil --from earliest --count 1', {
    columns: 400,
    env: { NO_COLOR: '1' },
  });
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen().split('\n')).toHaveLength(1);
  expect(terminal.screen()).toContain('e\\u202ee');
  expect(terminal.written().replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  const { stdout } = await server.run(['subscribe', 'evil', '--from', 'earliest', '--count', '1', '--json']);
  expect(stdout.slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
  expect(JSON.parse(stdout)).toMatchObject({ payload: { [evil]: evil }, headers: { h: evil } });
});

test('A reader that has seen enough ends it without a complaint, and what it took is acknowledged', async () => {
  const wire = await server.wire();
  const events = Array.from({ length: 50 }, () => 'a');
  await wire.publishAll('headed', events);
  const line = 'holdfast --client short subscribe headed --from earliest --json | head -n 1; echo done';
  const terminal = server.show(line);
  await terminal.until(/^\{"queue":"headed","seq":1,/);
  // It learns that nobody reads when it writes the next time.
  await wire.publishAll('headed', events);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^\{"queue":"headed","seq":1,.*\}\ndone$/s);
  const { subscribers } = await wire.request({ action: 'status', queue: 'headed', seq: 1 });
  expect(subscribers).toMatchObject([{ clientId: 'short', state: 'settled' }]);
});

test('A reader that has seen enough ends --ack none too, and nothing is given back', async () => {
  const wire = await server.wire('glancer');
  // A message that is given back is a dead letter at once.
  await wire.request({ action: 'subscribe', queue: 'glanced at', maxDeliveries: 1 });
  await wire.close();
  const publisher = await server.wire();
  const events = Array.from({ length: 20 }, () => 'a');
  await publisher.publishAll('glanced at', events);
  const line = 'holdfast --client glancer subscribe "glanced at" --ack none --json | head -n 1; echo done';
  const terminal = server.show(line);
  await terminal.until(/^\{"queue":"glanced at","seq":1,/);
  // It learns that nobody reads when it writes the next time.
  await publisher.publishAll('glanced at', events);
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen()).toMatch(/^\{"queue":"glanced at","seq":1,.*\}\ndone$/s);
  const letters = await publisher.list('deadLetters', { queue: 'glanced at' });
  expect(letters.filter(({ reason }) => /EPIPE/.test(String(reason)))).toEqual([]);
});
