import { InvalidRequest, type Request } from '../../client';
import { aConnectedWorld, publishedOverTwo } from './fake/client';

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

it.each<[string, Request]>([
  ['a message', { action: 'publish', queue: 'orders', event: 'created', payload: 7 }],
  ['messages', { action: 'publish', queue: 'orders', messages: [{ event: 'created' }, { event: 'paid', id: 'mine' }] }],
])('sends %s again with the same ids when the connection breaks before the answer', async (_what, request) => {
  const world = await aConnectedWorld();
  const first = await publishedOverTwo(world, () => world.holdfast.request(request));
  expect(first).toMatchObject(
    'messages' in request
      ? { messages: [{ id: expect.stringMatching(ID) }, { id: 'mine' }] }
      : { id: expect.stringMatching(ID) },
  );
  expect(world.server.last.sent('publish')).toEqual([first]);
});

it.each([
  ['{}', 'action'],
  ['{"ref":"mine"}', 'action'],
  ['{"action":7}', 'action'],
  ['[]', 'action'],
  ['null', 'action'],
  ['"ping"', 'action'],
  ['{"action":"ping","ref":"mine"}', 'ref'],
])('refuses %s, which the compiler would not let pass, for its %s', async (text, field) => {
  const { holdfast, server } = await aConnectedWorld();
  const refused = holdfast.request(JSON.parse(text));
  await expect(refused).rejects.toBeInstanceOf(InvalidRequest);
  await expect(refused).rejects.toMatchObject({ field });
  expect(server.last.received).toEqual([]);
});
