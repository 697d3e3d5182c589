import { aFolder, aServer, aServerCalled, connectTo } from './own';
import { aFreePort } from './ports';

test.each(['SIGTERM', 'SIGINT'] as const)('On %s everybody is told goodbye, and nothing is lost', async (signal) => {
  const data = aFolder();
  const server = await aServer(data);
  const wires = [await connectTo(server, 'billing'), await connectTo(server, 'billing'), await connectTo(server)];
  const [wire, , other] = wires;
  if (wire === undefined || other === undefined) throw new Error('unreachable');
  await wire.subscribe('orders');
  await other.publish('orders', 'add', 1);
  await other.publish('orders', 'add', 2);
  await wire.receive('orders', 2);
  await wire.ack('orders', 1);
  const code = server.stop(signal);
  for (const each of wires) {
    const goodbye = await each.next('goodbye');
    expect(goodbye).toMatchObject({ code: 4100, reconnect: true, reason: expect.stringMatching(/./) });
    expect(each.received.at(-1)).toEqual(goodbye);
    expect(await each.closed).toBe(goodbye.code);
  }
  expect(await code).toBe(0);
  expect(server.complaints()).toBe('');

  const back = await connectTo(await aServer(data), 'billing');
  expect(back.welcome.subscriptions).toEqual([{ queue: 'orders', events: ['*'], inFlight: 1, backlog: 0 }]);
  expect(await back.receiveAttempts('orders', 1)).toEqual(['2:2']);
  expect(await back.publish('orders', 'add')).toMatchObject({ seq: 3 });
});

test('What was published without waiting for the answer just before the end is answered and there, or neither', async () => {
  const data = aFolder();
  const server = await aServer(data);
  const wire = await connectTo(server);
  for (let n = 0; n < 200; n++)
    wire.send({ action: 'publish', queue: 'orders', event: 'add', payload: n, ref: `${n}` });
  await wire.next('published');
  expect(await server.stop()).toBe(0);
  await wire.closed;
  const answered = wire.received.filter(({ type }) => type === 'published').length;
  const back = await connectTo(await aServer(data));
  const { backlog } = await back.subscribe('orders', { from: 'earliest', maxInFlight: 1_000 });
  expect(backlog).toBe(answered);
  const messages = await back.receive('orders', answered);
  expect(messages.map(({ seq, payload }) => seq - 1 === payload)).not.toContain(false);
});

test('What is delivered before the end is still acknowledged, and nothing is delivered after it', async () => {
  const data = aFolder();
  const server = await aServer(data);
  const [wire, other] = [await connectTo(server, 'billing'), await connectTo(server)];
  await wire.subscribe('orders', { maxDeliveries: 1 });
  const acked: number[] = [];
  wire.socket.on('message', (text) => {
    const frame = JSON.parse(String(text));
    if (frame.type !== 'messages') return;
    const seqs: number[] = frame.messages.map(({ seq }: { seq: number }) => seq);
    acked.push(...seqs);
    wire.send({ action: 'ack', queue: 'orders', seqs });
  });
  for (let n = 0; n < 3_000; n++) other.send({ action: 'publish', queue: 'orders', event: 'add', payload: n });
  await wire.next('messages');
  expect(await server.stop()).toBe(0);
  await wire.closed;
  expect(wire.received.at(-1)).toMatchObject({ type: 'goodbye' });

  const back = await connectTo(await aServer(data), 'operator');
  const listed = await back.request({ action: 'list', what: 'subscriptions', queue: 'orders' });
  expect(listed).toMatchObject({ items: [{ clientId: 'billing', dead: 0, inFlight: 0, next: acked.length + 1 }] });
});

test('A connection that does not answer the goodbye does not keep it from ending', async () => {
  const server = await aServer();
  const wire = await connectTo(server);
  wire.socket.pause();
  const before = Date.now();
  expect(await server.stop()).toBe(0);
  expect(Date.now() - before).toBeLessThan(3_000);
});

test('Its port and its folder are free again at once', async () => {
  const [data, port] = [aFolder(), await aFreePort()];
  for (let times = 0; times < 3; times++) {
    const server = await aServerCalled({ args: ['--port', String(port), '--data', data] });
    const wire = await connectTo(server);
    expect(await wire.publish('orders', 'add')).toMatchObject({ seq: times + 1 });
    expect(await server.stop()).toBe(0);
  }
});
