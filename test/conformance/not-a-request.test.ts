import { itNeeds } from './capabilities';
import { aQueue, aText } from './fresh';
import { connect } from './wire';

const INVALID = { type: 'error', code: 'invalid', message: aText, retryable: false };

it.each([
  ['a text that is not JSON', 'hello'],
  ['half an object', '{"action":"ping"'],
  ['two objects', '{"action":"ping"}{"action":"ping"}'],
  ['single quotes', "{'action':'ping'}"],
  ['spaces only', '   '],
  ['a string', '"ping"'],
  ['a number', '42'],
  ['null', 'null'],
  ['a boolean', 'true'],
  ['an array', '[{"action":"ping"}]'],
  ['an empty array', '[]'],
  ['500 open brackets', '['.repeat(500)],
])('answers %s with an error, and goes on', async (_what, text) => {
  const wire = await connect();
  wire.send(text);
  expect(await wire.next('error')).toMatchObject(INVALID);
  expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

itNeeds('deepJson').each([
  ['10,000 open brackets', '['.repeat(10_000)],
  ['10,000 arrays in one another', '['.repeat(10_000) + ']'.repeat(10_000)],
])('answers %s with an error, and goes on', async (_what, text) => {
  const wire = await connect();
  wire.send(text);
  expect(await wire.next('error')).toMatchObject(INVALID);
  expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

itNeeds('emptyFrame')('answers a frame without content with an error, and goes on', async () => {
  const wire = await connect();
  wire.send('');
  expect(await wire.next('error')).toMatchObject(INVALID);
  expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

itNeeds('binary').each([
  ['bytes', Buffer.from([0, 255, 254, 1])],
  ['a request', Buffer.from('{"action":"publish","queue":"q","event":"e","ref":"b"}')],
  ['nothing', Buffer.alloc(0)],
])('answers a binary frame of %s with an error, and goes on', async (_what, bytes) => {
  const wire = await connect();
  wire.send(bytes);
  expect(await wire.next('error')).toMatchObject(INVALID);
  expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
});

describe('an action that', () => {
  it.each([
    ['is missing', '{"ref":"a"}'],
    ['is null', '{"ref":"a","action":null}'],
    ['is a number', '{"ref":"a","action":7}'],
    ['is an object', '{"ref":"a","action":{"toString":"ping"}}'],
    ['is an array', '{"ref":"a","action":["ping"]}'],
    ['is inherited', '{"ref":"a","__proto__":{"action":"ping"}}'],
  ])('%s is invalid, with its field', async (_what, text) => {
    const wire = await connect();
    wire.send(text);
    expect(await wire.next('error')).toEqual({ ...INVALID, ref: 'a', field: 'action' });
  });

  it.each(['dance', 'Publish', 'publish ', '$connect', '$disconnect', '$default', '__proto__', 'constructor'])(
    'is %p is unknown',
    async (action) => {
      const wire = await connect();
      const refusal = await wire.refusal({ action, ref: 'a', queue: aQueue(), event: 'add' });
      expect(refusal).toMatchObject({ type: 'error', ref: 'a', code: 'unknown_action', message: aText });
      expect(refusal.retryable).toBe(false);
      expect(await wire.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
    },
  );

  it.each(['toString', 'hasOwnProperty', 'valueOf', ''])('is %p is unknown too', async (action) => {
    const wire = await connect();
    expect(await wire.refusal({ action })).toMatchObject({ code: 'unknown_action' });
  });
});

it('answers an error without a ref, without one', async () => {
  const wire = await connect();
  wire.send({ action: 'dance' });
  const error = await wire.next('error');
  expect(error).toMatchObject({ code: 'unknown_action' });
  expect(error).not.toHaveProperty('ref');
});
