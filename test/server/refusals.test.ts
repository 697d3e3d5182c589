import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../conformance/patience';
import type { Running } from './holdfast';
import { afterwards, aServer, connectTo } from './own';
import { handshake } from './raw';

const foreign = () => handshake('?clientId=shop', 'Origin: https://evil.example');

/** A handshake that is refused, of one who does not hang up. */
async function refused({ url }: Running): Promise<Socket> {
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
  afterwards(() => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(foreign());
  const answer = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
  expect(answer).toMatch(/^HTTP\/1\.1 403/);
  return socket;
}

const files = ({ process: { pid } }: Running): number => readdirSync(`/proc/${pid}/fd`).length;

test('Whoever breaks off while being refused harms nobody else', async () => {
  const server = await aServer();
  const wire = await connectTo(server, 'shop');
  for (let time = 0; time < 50; time++) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.write(foreign(), () => resolve()));
    socket.resetAndDestroy();
  }
  await sleep(100);
  expect((await wire.answer({ action: 'ping', ref: 'still' })).ref).toBe('still');
  expect(server.complaints()).toBe('');
});

test('A refused socket is let go of, though its other side neither reads nor hangs up, or hangs up with more to say', async () => {
  const server = await aServer();
  const before = files(server);
  for (let time = 0; time < 20; time++) {
    (await refused(server)).write('more');
    const leaving = await refused(server);
    leaving.end('more');
  }
  await eventually(
    () => files(server),
    (number) => number <= before,
  );
});

test('A server with a refused socket ends in time', async () => {
  const server = await aServer();
  await refused(server);
  const began = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(5_000);
});
