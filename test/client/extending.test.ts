import { InvalidRequest, type Message } from '../../client';
import { aConnectedWorld } from './fake/client';
import { turn } from './fake/time';

it.each([0, 901, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'refuses to extend by %d seconds, and extends by itself as before',
  async (seconds) => {
    const world = await aConnectedWorld();
    const messages: Message[] = [];
    await world.holdfast.consume('orders', {}, (message) => {
      messages.push(message);
      return new Promise(() => {});
    });
    world.server.last.deliver(1, 2);
    await turn();
    expect(() => messages[0]?.extend(seconds)).toThrow(InvalidRequest);
    expect(() => messages[0]?.extend(seconds)).toThrow(expect.objectContaining({ field: 'seconds' }));
    expect(world.server.last.sent('extend')).toEqual([]);
    await world.time.pass(20_000);
    expect(world.server.last.sent('extend')).toMatchObject([{ seqs: [1], seconds: 30 }]);
  },
);

it.each([1, 900])('extends by %d seconds', async (seconds) => {
  const world = await aConnectedWorld();
  await world.holdfast.consume('orders', {}, (message) => message.extend(seconds));
  world.server.last.deliver(1, 2);
  await turn();
  expect(world.server.last.sent('extend')).toMatchObject([{ seqs: [1], seconds }]);
});
