import { answer, ping, Unavailable, Uncertain } from '../../../broker';
import { publish } from './frames';
import { beforehand } from './interpose';
import { createWorld, QUEUE, type World } from './world';

const failing = (error: Error) => (ports: World['ports']) => ({
  log: beforehand(ports.log, 'append', () => {
    throw error;
  }),
});

it.each([
  [new Unavailable('throttled'), 'unavailable', true],
  [new Uncertain('timed out'), 'internal', false],
  [new TypeError('undefined is not a function'), 'internal', false],
])('answers %s as %s', async (error, code, retryable) => {
  const world = createWorld({ between: failing(error) });
  const shop = await world.connect('shop');
  const reply = await shop.request(publish(1));
  expect(reply).toMatchObject({ type: 'error', ref: 'publish', code, retryable });
  expect(JSON.stringify(reply)).not.toContain(error.message);
  expect(world.reports).toMatchObject([{ what: 'a request failed', details: { code, error } }]);
});

it('tells what was asked wrongly, and reports nothing', async () => {
  const world = createWorld();
  const shop = await world.connect('shop');
  expect(await shop.request({ action: 'publish', ref: '1', queue: QUEUE, event: '' })).toEqual({
    type: 'error',
    ref: '1',
    code: 'invalid',
    message: 'event must not be empty',
    field: 'event',
    retryable: false,
  });
  expect(world.reports).toEqual([]);
});

it('refuses a message that is too large, naming it, and stores none of its batch', async () => {
  const world = createWorld();
  const shop = await world.connect('shop');
  const large = { event: 'add', payload: 'x'.repeat(29_999) };
  expect(await shop.request({ action: 'publish', queue: QUEUE, messages: [{ event: 'add' }, large] })).toMatchObject({
    code: 'too_large',
    field: 'messages.1.payload',
  });
  expect(await shop.request({ action: 'publish', queue: QUEUE, ...large })).toMatchObject({
    code: 'too_large',
    field: 'payload',
  });
  expect(await world.ports.queues.get(QUEUE)).toBeUndefined();
  const fits = { ...large, payload: 'x'.repeat(30_000 - '""'.length) };
  expect(await shop.request({ action: 'publish', queue: QUEUE, ...fits })).toMatchObject({ seq: 1 });
});

it('stores and delivers what is nested as deeply as a message has room for', async () => {
  const world = createWorld();
  const shop = await world.connect('shop');
  await shop.request({ action: 'subscribe', queue: QUEUE });
  const depth = 14_000;
  const payload = `${'['.repeat(depth)}1${']'.repeat(depth)}`;
  const { reply } = await world.say(
    shop,
    `{"action":"publish","queue":${JSON.stringify(QUEUE)},"event":"add","payload":${payload}}`,
  );
  expect(reply).toMatchObject({ type: 'published', seq: 1 });
  await world.pump();
  const frame = shop.take().find(({ type }) => type === 'messages');
  let inner: unknown = frame?.type === 'messages' ? frame.messages[0]?.payload : undefined;
  let levels = 0;
  for (; Array.isArray(inner); levels++) inner = inner[0];
  expect([levels, inner]).toEqual([depth, 1]);
});

it.each([
  { action: 'ack', queue: QUEUE, seqs: [1] },
  { action: 'seek', queue: QUEUE, to: 'new' },
  { action: 'catchup', queue: QUEUE },
])('says of %j that there is no subscription', async (frame) => {
  const world = createWorld();
  expect(await (await world.connect('billing')).request(frame)).toMatchObject({ code: 'not_found', field: 'queue' });
});

it.each([
  [{ action: 'status', queue: QUEUE, seq: 9 }, 'seq'],
  [{ action: 'status', queue: 'other', seq: 1 }, 'queue'],
  [{ action: 'list', what: 'subscriptions', queue: 'other' }, 'queue'],
])('says of %j what there is not', async (frame, field) => {
  const world = createWorld();
  const shop = await world.connect('shop');
  await shop.request(publish(1));
  expect(await shop.request(frame)).toMatchObject({ code: 'not_found', field });
});

it.each(['clients', 'queues', 'subscriptions', 'deadLetters'])(
  'refuses a cursor that no list of %s gave',
  async (what) => {
    const world = createWorld();
    const billing = await world.connect('billing');
    await billing.request({ action: 'subscribe', queue: QUEUE });
    for (const cursor of ['nonsense', '', 'e30'])
      if (!(what === 'deadLetters' && cursor === 'e30'))
        expect(await billing.request({ action: 'list', what, queue: QUEUE, cursor })).toMatchObject({
          code: 'invalid',
          field: 'cursor',
        });
  },
);

it.each(['publish', 'catchup', '__proto__', 'constructor', 'toString'])(
  'says of %s that it is not served where nothing is to answer it',
  async (action) => {
    const world = createWorld();
    const wire = await world.connect('shop');
    const { reply } = await answer(world.ports, wire, { request: { action, queue: QUEUE } as never }, { ping });
    expect(reply).toMatchObject({ type: 'error', code: 'unknown_action', field: 'action' });
  },
);
