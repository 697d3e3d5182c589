import { aClient, aQueue, aText } from './fresh';
import { expectInvalid, type Fault } from './refusals';
import { connect } from './wire';

const queue = aQueue('Never Made');
const LONG = 'x'.repeat(129);

/** What every route says of the queue's name. */
const badQueues = (action: string, fields: Record<string, unknown>): Fault[] => [
  [{ action, ...fields }, 'queue'],
  ...[null, 7, true, ['a'], { name: 'a' }, '', LONG, 'line\nbreak', 'nul\u0000', 'delete\u007f', 'c1\u0085'].map(
    (name): Fault => [{ action, queue: name, ...fields }, 'queue'],
  ),
];

const badSeqs = (action: string, fields: Record<string, unknown> = {}): Fault[] => [
  [{ action, queue, seqs: 7, ...fields }, 'seqs'],
  [{ action, queue, seqs: '1,2', ...fields }, 'seqs'],
  [{ action, queue, seqs: null, ...fields }, 'seqs'],
  [{ action, queue, seqs: ['1'], ...fields }, 'seqs.0'],
  [{ action, queue, seqs: [1, 1.5], ...fields }, 'seqs.1'],
  [{ action, queue, seqs: [1, 2, -3], ...fields }, 'seqs.2'],
  [{ action, queue, seqs: [1e300], ...fields }, 'seqs.0'],
];

const badPositions = (action: string, field: string): Fault[] =>
  ['later', '', 7, null, [], {}, { seq: '3' }, { seq: -1 }, { seq: 1.5 }, { time: 'yesterday' }, { time: 7 }].map(
    (position): Fault => [{ action, queue, [field]: position }, `${field}*`],
  );

const FAULTS: Record<string, Fault[]> = {
  publish: [
    ...badQueues('publish', { event: 'add' }),
    [{ action: 'publish', queue }, 'event'],
    ...['', '*', LONG, 'tab\t', 7, null, ['add']].map((event): Fault => [{ action: 'publish', queue, event }, 'event']),
    ...['text', 7, null, ['a'], { a: 1 }, { a: null }, { a: { b: 'c' } }].map(
      (headers): Fault => [{ action: 'publish', queue, event: 'add', headers }, 'headers*'],
    ),
    ...['', LONG, 7, null].map((id): Fault => [{ action: 'publish', queue, event: 'add', id }, 'id']),
  ],
  'publish of several': [
    ...[[], {}, 'add', null, Array(101).fill({ event: 'add' })].map(
      (messages): Fault => [{ action: 'publish', queue, messages }, 'messages'],
    ),
    [{ action: 'publish', queue, messages: ['add'] }, 'messages.0'],
    [{ action: 'publish', queue, messages: [{ event: 'add' }, { payload: 1 }] }, 'messages.1.event'],
    [{ action: 'publish', queue, messages: [{ event: '*' }] }, 'messages.0.event'],
    [{ action: 'publish', queue, messages: [{ event: 'add', id: 7 }] }, 'messages.0.id'],
    [{ action: 'publish', queue, messages: [{ event: 'add', headers: { a: 1 } }] }, 'messages.0.headers.a'],
  ],
  subscribe: [
    ...badQueues('subscribe', {}),
    ...['add', 7, null, {}].map((events): Fault => [{ action: 'subscribe', queue, events }, 'events']),
    [{ action: 'subscribe', queue, events: [''] }, 'events.0'],
    [{ action: 'subscribe', queue, events: ['add', 7] }, 'events.1'],
    [{ action: 'subscribe', queue, events: ['add', 'delete', LONG] }, 'events.2'],
    ...badPositions('subscribe', 'from'),
  ],
  'the settings of subscribe': [
    ...[0, 901, -1, 1.5, '30', null].map(
      (ackDeadline): Fault => [{ action: 'subscribe', queue, ackDeadline }, 'ackDeadline'],
    ),
    ...[-1, 101, 2.5, '5', null].map(
      (maxDeliveries): Fault => [{ action: 'subscribe', queue, maxDeliveries }, 'maxDeliveries'],
    ),
    ...[0, 1001, 0.5, '100', null].map(
      (maxInFlight): Fault => [{ action: 'subscribe', queue, maxInFlight }, 'maxInFlight'],
    ),
  ],
  unsubscribe: [
    ...badQueues('unsubscribe', {}),
    [{ action: 'unsubscribe', queue, events: 'add' }, 'events'],
    [{ action: 'unsubscribe', queue, events: ['add', ''] }, 'events.1'],
  ],
  ack: [
    ...badQueues('ack', { seqs: [1] }),
    ...badSeqs('ack'),
    [{ action: 'ack', queue }, 'seqs'],
    [{ action: 'ack', queue, upTo: '3' }, 'upTo'],
    [{ action: 'ack', queue, upTo: -3 }, 'upTo'],
    [{ action: 'ack', queue, upTo: null }, 'upTo'],
  ],
  nack: [
    ...badQueues('nack', { seqs: [1] }),
    ...badSeqs('nack'),
    [{ action: 'nack', queue }, 'seqs'],
    ...[-1, 901, 0.5, '10', null].map((delay): Fault => [{ action: 'nack', queue, seqs: [1], delay }, 'delay']),
    [{ action: 'nack', queue, seqs: [1], reason: 7 }, 'reason'],
  ],
  reject: [
    ...badQueues('reject', { seqs: [1] }),
    ...badSeqs('reject'),
    [{ action: 'reject', queue }, 'seqs'],
    [{ action: 'reject', queue, seqs: [1], reason: { bad: true } }, 'reason'],
  ],
  extend: [
    ...badQueues('extend', { seqs: [1], seconds: 1 }),
    ...badSeqs('extend', { seconds: 1 }),
    [{ action: 'extend', queue, seconds: 1 }, 'seqs'],
    [{ action: 'extend', queue, seqs: [1] }, 'seconds'],
    ...[0, 901, -1, 1.5, '60', null].map(
      (seconds): Fault => [{ action: 'extend', queue, seqs: [1], seconds }, 'seconds'],
    ),
  ],
  catchup: [
    [{ action: 'catchup', queue: '' }, 'queue'],
    [{ action: 'catchup', queue: 7 }, 'queue'],
  ],
  seek: [...badQueues('seek', { to: 'new' }), [{ action: 'seek', queue }, 'to'], ...badPositions('seek', 'to')],
  list: [
    [{ action: 'list' }, 'what'],
    ...['everything', '', 7, null, '__proto__'].map((what): Fault => [{ action: 'list', what }, 'what']),
    ...[0, 101, -1, 1.5, '50', null].map((limit): Fault => [{ action: 'list', what: 'clients', limit }, 'limit']),
    [{ action: 'list', what: 'clients', cursor: 7 }, 'cursor'],
    [{ action: 'list', what: 'clients', connected: 'yes' }, 'connected'],
    [{ action: 'list', what: 'subscriptions' }, 'queue'],
    [{ action: 'list', what: 'deadLetters' }, 'queue'],
    [{ action: 'list', what: 'deadLetters', queue, clientId: 'has a space' }, 'clientId'],
  ],
  status: [
    ...badQueues('status', { seq: 1 }),
    [{ action: 'status', queue }, 'seq'],
    ...[0, -1, 1.5, '42', null].map((seq): Fault => [{ action: 'status', queue, seq }, 'seq']),
  ],
  redrive: [
    ...badQueues('redrive', {}),
    ...badSeqs('redrive'),
    [{ action: 'redrive', queue, clientId: 'has a space' }, 'clientId'],
    [{ action: 'redrive', queue, clientId: 7 }, 'clientId'],
  ],
  purge: [...badQueues('purge', {}), ...badSeqs('purge'), [{ action: 'purge', queue, clientId: LONG }, 'clientId']],
};

it.each(Object.entries(FAULTS))('names the field at fault: %s', async (_route, faults) => {
  await expectInvalid(await connect({ clientId: aClient() }), faults);
});

it.each([7, null, {}, ['r'], 'r'.repeat(65)])('refuses the ref %p, and echoes none', async (ref) => {
  const wire = await connect();
  wire.send({ action: 'ping', ref });
  const error = await wire.next('error');
  expect(error).toEqual({ type: 'error', code: 'invalid', message: aText, field: 'ref', retryable: false });
});

it('refuses a cursor that no page of the list gave', async () => {
  const fresh = aQueue();
  const wire = await connect({ clientId: aClient() });
  await wire.subscribe(fresh);
  for (const what of ['clients', 'queues', 'subscriptions', 'deadLetters'])
    for (const cursor of ['not one', '{"not":"one"}', '', '%00', 'bm90IG9uZQ=='])
      expect(await wire.refusal({ action: 'list', what, queue: fresh, cursor })).toMatchObject({
        code: 'invalid',
        field: 'cursor',
      });
});

it('refuses messages beside a message of its own', async () => {
  const wire = await connect();
  for (const beside of [{ event: 'add' }, { event: 'add', payload: 1 }, { id: 'x' }]) {
    const refusal = await wire.refusal({ action: 'publish', queue, messages: [{ event: 'add' }], ...beside });
    expect(refusal).toMatchObject({ code: 'invalid', field: aText });
  }
});

it('stores nothing of what it refuses', async () => {
  const fresh = aQueue();
  const wire = await connect();
  await wire.refusal({ action: 'publish', queue: fresh, messages: [{ event: 'add' }, { event: '' }] });
  await wire.refusal({ action: 'publish', queue: fresh, event: 'add', headers: { a: 1 } });
  expect(await wire.publish(fresh, 'add')).toMatchObject({ seq: 1 });
});
