import { aConnectedWorld, aWorld, handling } from './fake/client';
import { turn } from './fake/time';

/** What API Gateway sends where a function failed, took too long, or was not to be had. */
const FAILURE = '{"message":"Internal server error","connectionId":"L0SM9cOF","requestId":"bK1"}';

const answered = () => ({ type: 'catchup', redelivered: 0, backlog: 0 });

it('sends again what was not answered when the gateway tells of a failure, and nothing else', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  server.answer = (request) => (request.queue === 'slow' ? undefined : answered());
  await holdfast.request({ action: 'catchup', queue: 'quick' });
  const waiting = holdfast.request({ action: 'catchup', queue: 'slow' });
  await turn();
  server.answer = answered;
  server.last.sayText(FAILURE);
  server.last.sayText(FAILURE);
  await time.pass(499);
  expect(server.last.sent('catchup')).toHaveLength(2);
  await time.pass(1);
  expect(await waiting).toMatchObject({ type: 'catchup' });
  expect(server.last.sent('catchup').map(({ queue }) => queue)).toEqual(['quick', 'slow', 'slow']);
  expect(server.sockets).toHaveLength(1);
});

it('takes its time where that fails again and again, and begins anew after an answer', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  const pauses = async (times: number) => {
    server.answer = () => undefined;
    const waiting = holdfast.request({ action: 'catchup' });
    const seen: number[] = [];
    for (let tries = 0; tries < times; tries++) {
      const sent = server.last.sent('catchup').length;
      const began = time.now();
      if (tries === times - 1) server.answer = answered;
      server.last.sayText(FAILURE);
      while (server.last.sent('catchup').length === sent) await time.pass(100);
      seen.push(time.now() - began);
    }
    await waiting;
    return seen;
  };
  expect(await pauses(4)).toEqual([500, 1_000, 2_000, 4_000]);
  expect(await pauses(2)).toEqual([500, 1_000]);
});

it('leaves to the next connection what waits for it anyway', async () => {
  const { holdfast, server, time } = await aConnectedWorld();
  server.answer = () => undefined;
  const waiting = holdfast.request({ action: 'catchup' });
  await turn();
  server.last.sayText(FAILURE);
  server.last.hangUp();
  server.answer = answered;
  while (server.sockets.length < 2) await time.pass(100);
  server.last.welcome();
  await waiting;
  await time.pass(60_000);
  expect(server.last.sent('catchup')).toHaveLength(1);
});

it.each(['', 'null', '[]', '7', '"welcome"', '{"hello":1}', 'oops'])(
  'passes over %j, which is no frame, and goes on',
  async (text) => {
    const world = await aConnectedWorld();
    const handled = await handling(world);
    world.server.last.sayText(text);
    world.server.last.deliver(1, 3);
    await turn();
    expect(handled).toEqual(['1:1', '2:1']);
    expect(world.server.sockets).toHaveLength(1);
  },
);

it.each(['', 'null', 'oops'])('knows by %j in place of a welcome that it talks to something else', async (text) => {
  const { server } = aWorld();
  await turn();
  server.last.sayText(text);
  expect(server.last.isClosed).toBe(true);
});
