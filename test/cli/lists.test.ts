import { misused } from './misuse';
import { served } from './server';

const server = served();
const MOMENT = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z';

describe('queues', () => {
  test('lists each queue: with tabs to a pipe, as JSON for programs, and as a table on a terminal', async () => {
    const wire = await server.wire('lister');
    await wire.subscribe('list of orders');
    await wire.publish('list of orders', 'created');
    const [tabs, json] = await Promise.all([server.run(['queues']), server.run(['queues', '--json'])]);
    expect(tabs).toEqual({
      code: 0,
      stdout: 'QUEUE\tHEAD\tSUBSCRIBERS\tCONNECTED\tEVENTS\nlist of orders\t1\t1\t1\tcreated\n',
      stderr: '',
    });
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([{ queue: 'list of orders', events: ['created'], head: 1, subscribers: 1, connected: 1 }]);
    const terminal = server.show('holdfast queues');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toBe(
      [
        'QUEUE           HEAD  SUBSCRIBERS  CONNECTED  EVENTS',
        'list of orders     1            1          1  created',
      ].join('\n'),
    );
    expect(terminal.written()).toContain('\u001b[1mlist of orders\u001b[22m');
  });

  test('NO_COLOR leaves the table without colours', async () => {
    const terminal = server.show('holdfast queues', { env: { NO_COLOR: '1' } });
    await terminal.ended;
    expect(terminal.written()).toContain('QUEUE');
    expect(terminal.written()).not.toContain('\u001b[');
  });
});

describe('clients', () => {
  test('lists who is connected and who is away, with what each subscribed to', async () => {
    const here = await server.wire('clients-here');
    await here.subscribe('clients queue', { events: ['a', 'b'] });
    const away = await server.wire('clients-away');
    await away.subscribe('clients queue');
    await away.close();
    await here.publish('clients queue', 'a');
    await here.deliveries('clients queue', 1);
    const { stdout } = await server.run(['clients']);
    expect(stdout).toContain('clients-here\t1\tclients queue\t1\t0\ta, b\n');
    expect(stdout).toContain('clients-away\t0\tclients queue\t0\t1\t*\n');
    const connected = (await server.run(['clients', '--connected', '--json'])).stdout;
    expect(connected).toContain('"clients-here"');
    expect(connected).not.toContain('"clients-away"');
    const terminal = server.show('holdfast clients --away');
    await terminal.ended;
    expect(terminal.screen()).toMatch(/^clients-away +away +clients queue +0 +1 +\*$/m);
    expect(terminal.screen()).not.toContain('clients-here');
  });

  test('--connected and --away exclude each other', async () => {
    expect(await misused(['clients', '--connected', '--away'])).toMatch(/'--connected' cannot be used with .*'--away'/);
  });
});

describe('subscriptions', () => {
  test('lists how far each subscription of a queue has come', async () => {
    const wire = await server.wire('subscriptions-a');
    await wire.subscribe('subscriptions queue');
    await wire.publishAll('subscriptions queue', ['x', 'x', 'x']);
    await wire.deliveries('subscriptions queue', 3);
    await wire.ack('subscriptions queue', 1);
    const { stdout } = await server.run(['subscriptions', 'subscriptions queue']);
    expect(stdout).toBe(
      'CLIENT\tCONNECTED\tNEXT\tIN FLIGHT\tBACKLOG\tDEAD\tEVENTS\nsubscriptions-a\ttrue\t4\t2\t0\t0\t*\n',
    );
    const json = JSON.parse((await server.run(['subscriptions', 'subscriptions queue', '--json'])).stdout);
    expect(json).toMatchObject({ clientId: 'subscriptions-a', next: 4, settings: { ackDeadline: 30 } });
  });

  test('says on a terminal that there are none, and of no queue that it is not there', async () => {
    await (await server.wire()).publish('nobody subscribes', 'x');
    const terminal = server.show('holdfast subscriptions "nobody subscribes"');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen()).toBe('Nobody has subscribed to nobody subscribes.');
  });
});

describe('status', () => {
  test('tells of every subscriber, of more than one reply holds', async () => {
    const clients = Array.from({ length: 200 }, (_, n) => `status-${'of-many-'.repeat(14)}${n}`).sort();
    const wires = await Promise.all(clients.map((client) => server.wire(client)));
    await Promise.all(wires.map((wire) => wire.subscribe('status crowd')));
    await wires[0]?.publish('status crowd', 'x');
    const { stdout } = await server.run(['status', 'status crowd', '1', '--json']);
    expect(JSON.parse(stdout).subscribers.map(({ clientId }: { clientId: string }) => clientId)).toEqual(clients);
    await Promise.all(wires.map((wire) => wire.close()));
  });

  test('says what became of a message, for each subscriber', async () => {
    const wire = await server.wire('status-a');
    await wire.subscribe('status queue');
    const away = await server.wire('status-b');
    await away.subscribe('status queue');
    await away.close();
    await wire.publish('status queue', 'x');
    await wire.deliveries('status queue', 1);
    const { stdout } = await server.run(['status', 'status queue', '1']);
    expect(stdout).toMatch(
      new RegExp(`^CLIENT\tSTATE\tATTEMPT\tDUE\nstatus-a\tinFlight\t1\t${MOMENT}\nstatus-b\tbacklog\t\t\n$`),
    );
    const json = JSON.parse((await server.run(['status', 'status queue', '1', '--json'])).stdout);
    expect(json).toMatchObject({ queue: 'status queue', seq: 1, event: 'x' });
    expect(json.subscribers).toHaveLength(2);
    const terminal = server.show('holdfast status "status queue" 1');
    await terminal.ended;
    expect(terminal.screen()).toMatch(/^Message 1 of status queue: x, published .+\.\n/);
    expect(terminal.screen()).toMatch(/^status-a +in flight +1 +in \d+s$/m);
  });

  test('of a message that is not there fails with what the server says', async () => {
    const { code, stdout, stderr } = await server.run(['status', 'status queue', '4711']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: .+\n$/);
  });

  test.each(['0', 'x', '-1'])('of %s is misuse', async (seq) => {
    expect(await misused(['status', 'status queue', '--', seq])).toMatch(/is no seq/);
  });
});

test('An output that takes nothing is told in one line, with exit code 1', async () => {
  await (await server.wire()).publishAll('listed', ['a']);
  for (const command of ['queues', 'subscribe listed --from earliest']) {
    const terminal = server.show(`holdfast ${command} > /dev/full`);
    expect(await terminal.ended).toBe(1);
    expect(terminal.screen()).toMatch(/^error: .*ENOSPC.*$/);
  }
});
