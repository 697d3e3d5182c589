import WebSocket from 'ws';
import { pause } from '../conformance/patience';
import { aFolder, aServerCalled, connectTo } from './own';

const serverWith = (quotas: string, ...more: string[]) =>
  aServerCalled({ args: ['--port', '0', '--data', aFolder(), '--quotas', quotas, ...more] });

test('A connection that sends too many frames is told when to try again, and costs nobody else anything', async () => {
  const server = await serverWith('connection.frames=20');
  const [greedy, modest] = [await connectTo(server, 'greedy'), await connectTo(server, 'modest')];
  for (let n = 0; n < 2_000; n++) greedy.send({ action: 'ping', ref: `p${n}` });
  expect(await greedy.reply('p0')).toMatchObject({ type: 'pong' });
  expect(await greedy.reply('p20')).toMatchObject({
    type: 'error',
    code: 'rate_limited',
    retryable: true,
    retryAfter: expect.any(Number),
  });
  for (let n = 0; n < 15; n++) expect(await modest.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
  // Who does as told is served.
  const patient = await connectTo(server, 'patient');
  for (let n = 0; n < 25; n++) {
    const answer = await patient.answer({ action: 'ping' });
    if (answer.type !== 'error') continue;
    const { retryAfter = 0 } = answer;
    await pause(retryAfter * 1_000);
    expect(await patient.answer({ action: 'ping' })).toMatchObject({ type: 'pong' });
  }
});

test('A connection that goes on all the same is read at its rate, and everything it sent is answered', async () => {
  const server = await serverWith('connection.bytes=200000');
  const greedy = await connectTo(server, 'greedy');
  const big = 'x'.repeat(20_000);
  const sent = 60;
  const began = performance.now();
  for (let n = 0; n < sent; n++) greedy.send({ action: 'publish', ref: `p${n}`, queue: 'q', event: 'e', payload: big });
  const answers = await Promise.all(Array.from({ length: sent }, (_, n) => greedy.reply(`p${n}`)));
  const stored = answers.filter(({ type }) => type === 'published').length;
  const seconds = (performance.now() - began) / 1_000;
  // A second's worth at once, and from then on its rate.
  expect(stored * 20_000).toBeLessThanOrEqual(200_000 * (seconds + 1.2));
  expect(answers.every(({ type }) => type === 'published' || type === 'error')).toBe(true);
});

test('A client that publishes too much is refused, over all its connections, and stores nothing by it', async () => {
  const server = await serverWith('client.publishes=5');
  const [first, second] = [await connectTo(server, 'shop'), await connectTo(server, 'shop')];
  const messages = Array.from({ length: 5 }, () => ({ event: 'add' }));
  await first.request({ action: 'publish', queue: 'orders', messages });
  const refusal = await second.refusal({ action: 'publish', queue: 'orders', messages });
  expect(refusal).toMatchObject({ code: 'rate_limited', retryable: true });
  expect(await second.list('queues')).toMatchObject([{ queue: 'orders', head: 5 }]);
});

test('A client that brings too many queues into being is refused until the next hour', async () => {
  const server = await serverWith('client.queues=2');
  const wire = await connectTo(server, 'shop');
  for (const queue of ['a', 'b', 'a']) await wire.publish(queue, 'add');
  const refusal = await wire.refusal({ action: 'publish', queue: 'c', event: 'add' });
  expect(refusal).toMatchObject({ code: 'rate_limited', field: 'queue' });
});

test('More connections than the server takes are refused with 503, until one has ended', async () => {
  const server = await serverWith('deployment.connections=2');
  const first = await connectTo(server, 'a');
  await connectTo(server, 'b');
  const refused = new WebSocket(`${server.url}?clientId=c`);
  const status = await new Promise((resolve) => {
    refused.once('unexpected-response', (_, { statusCode }) => resolve(statusCode));
    refused.once('error', () => undefined);
  });
  expect(status).toBe(503);
  await first.close();
  await connectTo(server, 'c');
});

test('A server for this machine alone limits no rates', async () => {
  const open = await aServerCalled({ args: ['--port', '0', '--data', aFolder()] });
  const fast = await connectTo(open, 'fast');
  for (let n = 0; n < 5_000; n++) fast.send({ action: 'ping', ref: `p${n}` });
  expect(await fast.reply('p4999')).toMatchObject({ type: 'pong' });
});
