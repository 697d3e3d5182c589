import { randomBytes } from 'node:crypto';
import type { Running } from './holdfast';
import { aServer, connectTo } from './own';
import { handshake, sendRaw } from './raw';

/** Expects everybody else to be served as before. */
async function expectUnharmed(server: Running): Promise<void> {
  expect(server.process.exitCode).toBeNull();
  const wire = await connectTo(server, 'search');
  await wire.subscribe('orders');
  const { seq } = await wire.publish('orders', 'add');
  expect(await wire.receive('orders', 1)).toMatchObject([{ seq, attempt: 1 }]);
  await wire.ack('orders', seq);
  await wire.close();
}

test('Frames of nonsense cost nobody else anything', async () => {
  const server = await aServer();
  const bystander = await connectTo(server, 'billing');
  await bystander.subscribe('orders');
  const vandal = await connectTo(server, 'vandal');
  for (let n = 0; n < 2_000; n++)
    vandal.send(n % 2 === 0 ? randomBytes(n % 200) : randomBytes(n % 200).toString('latin1'));
  await expectUnharmed(server);
  expect(await bystander.receive('orders', 1)).toHaveLength(1);
  const { type } = await vandal.request({ action: 'ping' });
  expect(type).toBe('pong');
  expect(vandal.received.filter((frame) => frame.type === 'error')).toHaveLength(2_000);
  expect(server.complaints()).toBe('');
});

test('A frame above 32 KB ends its connection with 1009, also in parts, and no other', async () => {
  const server = await aServer();
  const bystander = await connectTo(server, 'billing');
  const whole = await connectTo(server, 'billing');
  whole.send('x'.repeat(32_769));
  expect(await whole.closed).toBe(1009);
  const parts = await connectTo(server, 'billing');
  for (let part = 0; part < 5; part++) parts.socket.send('x'.repeat(8_000), { fin: part === 4 });
  expect(await parts.closed).toBe(1009);
  const allowed = await connectTo(server, 'billing');
  allowed.send('{"action":"ping","ref":"1"}'.padEnd(32_768));
  expect(await allowed.reply('1')).toMatchObject({ type: 'pong' });
  expect(await bystander.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

test('A message in more parts than there is need for ends its connection with 1008, and no other', async () => {
  const server = await aServer();
  const bystander = await connectTo(server, 'billing');
  const frame = '{"action":"ping","ref":"1"}';
  const inParts = async (count: number) => {
    const wire = await connectTo(server, 'billing');
    for (let part = 0; part < count; part++) wire.socket.send(frame.slice(part, part + 1), { fin: part === count - 1 });
    return wire;
  };
  expect(await (await inParts(64)).reply('1')).toMatchObject({ type: 'pong' });
  expect(await (await inParts(65)).closed).toBe(1008);
  expect(await bystander.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

test('A connection that is none, or breaks the rules of WebSocket, is ended, and no other is harmed', async () => {
  const server = await aServer();
  const attempts: [string, (string | Buffer)[]][] = [
    ['what is not HTTP', [randomBytes(500)]],
    ['a header without an end', [`GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(10_000)}`]],
    ['no WebSocket at all', ['GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n']],
    ['a handshake without a key', [handshake().replace(/Sec-WebSocket-Key.*\r\n/, '')]],
    ['a client id that is none', [handshake('?clientId=%00')]],
    ['a client id that is badly written', [handshake('?clientId=%E0%A4%A')]],
    ['frames that are not masked', [handshake(), Buffer.from([0x81, 0x02, 0x68, 0x69])]],
    ['frames of a kind there is not', [handshake(), Buffer.from([0x8b, 0x80, 1, 2, 3, 4])]],
    ['a length beyond all measure', [handshake(), Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255])]],
    ['a text that is not UTF-8', [handshake(), Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe])]],
  ];
  for (const [what, parts] of attempts) {
    const answer = await sendRaw(server, ...parts);
    if (parts.length > 1) expect([what, answer]).toEqual([what, expect.stringContaining('101 Switching Protocols')]);
    await expectUnharmed(server);
  }
});
