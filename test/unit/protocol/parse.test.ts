import { parseRequest } from '../../../broker/protocol/parse';

/** What a frame is refused with. */
function refusal(frame: unknown): { code: string; message: string; field?: string } {
  const parsed = parseRequest(typeof frame === 'string' ? frame : JSON.stringify(frame));
  if (!('error' in parsed)) throw new Error('it was understood');
  const { code, message, field } = parsed.error;
  return { code, message, ...(field === undefined ? {} : { field }) };
}

const queue = 'Database Events';

describe('what is not a request', () => {
  it.each(['', 'hello', '{"action":"ping"', "{'action':'ping'}", '\u0000'])('%j is not JSON', (text) => {
    expect(refusal(text)).toEqual({
      code: 'invalid',
      message: 'frame is not JSON: expected an object such as {"action":"ping"}',
    });
  });

  it.each(['null', '1', '"ping"', '[]', '[{"action":"ping"}]', 'true'])('%s is no object', (text) => {
    expect(refusal(text)).toEqual({ code: 'invalid', message: 'frame must be an object such as {"action":"ping"}' });
  });

  it('names the actions there are where none is given', () => {
    expect(refusal({})).toMatchObject({ code: 'invalid', field: 'action' });
    expect(refusal({}).message).toMatch(/^action is missing: expected a string, one of publish, subscribe, /);
    expect(refusal({ action: 7 }).message).toMatch(/^action must be a string, one of publish, /);
    expect(refusal({ action: null }).message).toMatch(/^action must be a string, one of publish, /);
  });

  it.each(['$connect', '$disconnect', '$default', '__proto__', 'constructor', 'toString', '', 'PUBLISH', ' ping'])(
    '%j is an unknown action',
    (action) => {
      expect(refusal(JSON.stringify({ action }))).toMatchObject({ code: 'unknown_action', field: 'action' });
    },
  );

  it('takes no action from a prototype', () => {
    expect(refusal('{"__proto__":{"action":"ping"}}')).toMatchObject({ code: 'invalid', field: 'action' });
  });
});

describe('the reference', () => {
  it('comes with a request and with an error', () => {
    expect(parseRequest('{"action":"ping","ref":"1"}')).toEqual({ ref: '1', request: { action: 'ping', ref: '1' } });
    expect(parseRequest('{"action":"nothing","ref":"1"}')).toMatchObject({ ref: '1' });
    expect(parseRequest('{"action":"publish","ref":""}')).toMatchObject({ ref: '' });
    expect(parseRequest(`{"ref":"${'x'.repeat(64)}"}`)).toMatchObject({ ref: 'x'.repeat(64) });
  });

  it('is refused, and not echoed, when it is too long or no string', () => {
    const long = parseRequest(JSON.stringify({ action: 'ping', ref: 'x'.repeat(65) }));
    expect(long).not.toHaveProperty('ref');
    expect(long).toMatchObject({ error: { message: 'ref must be at most 64 characters', field: 'ref' } });
    const number = parseRequest('{"action":"ping","ref":1}');
    expect(number).not.toHaveProperty('ref');
    expect(number).toMatchObject({ error: { message: 'ref must be a string', field: 'ref' } });
  });
});

describe('what is wrong with a field', () => {
  const position = 'must be "new", "earliest", {"seq": 1 or more} or {"time": "2026-11-01T00:00:00Z"}';
  const cases: [frame: unknown, field: string, message: string][] = [
    [{ action: 'publish' }, 'queue', 'queue is missing: expected a string'],
    [{ action: 'publish', queue }, 'event', 'event is missing: expected a string'],
    [{ action: 'publish', queue: 5, event: 'add' }, 'queue', 'queue must be a string'],
    [{ action: 'publish', queue: '', event: 'add' }, 'queue', 'queue must not be empty'],
    [
      { action: 'publish', queue, event: '*' },
      'event',
      'event must not be *, which stands for every event in a subscription',
    ],
    [{ action: 'publish', queue, event: 'add', headers: { a: 1 } }, 'headers.a', 'headers.a must be a string'],
    [
      { action: 'publish', queue, event: 'add', headers: { ['😀'.repeat(8_000)]: 1 } },
      `headers.${'😀'.repeat(128)}…`,
      `headers.${'😀'.repeat(128)}… must be a string`,
    ],
    [{ action: 'publish', queue, event: 'add', headers: 'a' }, 'headers', 'headers must be an object of strings'],
    [{ action: 'publish', queue, event: 'add', id: '' }, 'id', 'id must not be empty'],
    [{ action: 'publish', queue, event: 'add', id: 'x'.repeat(129) }, 'id', 'id must be at most 128 characters'],
    [{ action: 'publish', queue, messages: [] }, 'messages', 'messages must not be empty'],
    [{ action: 'publish', queue, messages: {} }, 'messages', 'messages must be an array'],
    [
      { action: 'publish', queue, messages: Array(101).fill({ event: 'add' }) },
      'messages',
      'messages must have at most 100 items',
    ],
    [
      { action: 'publish', queue, messages: [{ event: 'add' }, {}] },
      'messages.1.event',
      'messages[1].event is missing: expected a string',
    ],
    [
      { action: 'publish', queue, event: 'add', messages: [{ event: 'add' }] },
      'event',
      'event must be left out beside messages, each of which has its own',
    ],
    [{ action: 'subscribe', queue, events: [''] }, 'events.0', 'events[0] must not be empty'],
    [{ action: 'subscribe', queue, events: [] }, 'events', 'events must not be empty'],
    [{ action: 'subscribe', queue, events: 'add' }, 'events', 'events must be an array'],
    [{ action: 'subscribe', queue, events: null }, 'events', 'events must be an array'],
    [{ action: 'subscribe', queue, ackDeadline: 0 }, 'ackDeadline', 'ackDeadline must be at least 1'],
    [{ action: 'subscribe', queue, ackDeadline: 901 }, 'ackDeadline', 'ackDeadline must be at most 900'],
    [{ action: 'subscribe', queue, ackDeadline: 1.5 }, 'ackDeadline', 'ackDeadline must be a whole number'],
    [{ action: 'subscribe', queue, ackDeadline: '30' }, 'ackDeadline', 'ackDeadline must be a number'],
    [{ action: 'subscribe', queue, maxDeliveries: -1 }, 'maxDeliveries', 'maxDeliveries must be at least 0'],
    [{ action: 'subscribe', queue, maxInFlight: 1001 }, 'maxInFlight', 'maxInFlight must be at most 1000'],
    [{ action: 'subscribe', queue, from: 'newest' }, 'from', `from ${position}`],
    [{ action: 'subscribe', queue, from: {} }, 'from', `from ${position}`],
    [{ action: 'subscribe', queue, from: 7 }, 'from', `from ${position}`],
    [{ action: 'subscribe', queue, from: { seq: 0 } }, 'from.seq', 'from.seq must be at least 1'],
    [
      { action: 'subscribe', queue, from: { time: 'yesterday' } },
      'from.time',
      'from.time must be a time such as 2026-11-01T00:00:00Z',
    ],
    [{ action: 'ack', queue }, 'seqs', 'seqs or upTo must be given, one of them'],
    [{ action: 'ack', queue, seqs: [1], upTo: 1 }, 'seqs', 'seqs or upTo must be given, one of them'],
    [{ action: 'ack', queue, seqs: [0] }, 'seqs.0', 'seqs[0] must be at least 1'],
    [{ action: 'ack', queue, seqs: [1, 'two'] }, 'seqs.1', 'seqs[1] must be a number'],
    [{ action: 'ack', queue, seqs: Array(1001).fill(1) }, 'seqs', 'seqs must have at most 1000 items'],
    [{ action: 'nack', queue, seqs: [1], delay: 901 }, 'delay', 'delay must be at most 900'],
    [{ action: 'extend', queue, seqs: [1] }, 'seconds', 'seconds is missing: expected a number'],
    [{ action: 'reject', queue }, 'seqs', 'seqs is missing: expected an array'],
    [{ action: 'seek', queue }, 'to', `to ${position}`],
    [
      { action: 'list', what: 'all' },
      'what',
      'what must be one of "clients", "queues", "subscriptions", "deadLetters"',
    ],
    [{ action: 'list', what: 'deadLetters' }, 'queue', 'queue is missing: expected a string'],
    [{ action: 'list', what: 'clients', limit: 101 }, 'limit', 'limit must be at most 100'],
    [{ action: 'list', what: 'clients', connected: 'no' }, 'connected', 'connected must be true or false'],
    [
      { action: 'redrive', queue, clientId: 'a b' },
      'clientId',
      'clientId must be 1 to 128 characters of A-Z a-z 0-9 . _ : @ -',
    ],
  ];

  it.each(cases)('is said of %j', (frame, field, message) => {
    expect(refusal(frame)).toEqual({ code: 'invalid', message, field });
  });
});

describe('what is a request', () => {
  it.each([
    { action: 'publish', queue, event: 'add' },
    { action: 'publish', queue, event: 'add', payload: { a: [1, null] }, headers: { traceparent: 'x' }, id: '7' },
    { action: 'publish', queue, messages: Array(100).fill({ event: 'add', payload: null }) },
    { action: 'subscribe', queue, from: { time: '2026-11-01T01:00:00+01:00' }, maxDeliveries: 0 },
    { action: 'subscribe', queue, events: ['*', 'add'], from: { seq: 1 }, ackDeadline: 900, maxInFlight: 1000 },
    { action: 'unsubscribe', queue, events: ['*'] },
    { action: 'ack', queue, upTo: 2 ** 33 },
    { action: 'nack', queue, seqs: [1], delay: 0, reason: 'db down' },
    { action: 'catchup' },
    { action: 'list', what: 'queues' },
    { action: 'purge', queue, seqs: [1] },
  ])('is %j, as it is', (frame) => {
    const parsed = parseRequest(JSON.stringify(frame));
    expect('request' in parsed && JSON.parse(JSON.stringify(parsed.request))).toEqual(frame);
  });

  it('may have fields that are not known yet', () => {
    expect(parseRequest('{"action":"ping","later":1}')).toEqual({ request: { action: 'ping' } });
  });
});

it.each([
  ['an action that there is not', { action: 'nope' }, 'unknown_action'],
  ['no action', {}, 'invalid'],
  ['a field missing', { action: 'subscribe' }, 'invalid'],
])('tells the ref of what is refused for %s, if it is one', (_, frame, code) => {
  for (const ref of ['x'.repeat(64), '😀'.repeat(64)])
    expect(parseRequest(JSON.stringify({ ...frame, ref }))).toMatchObject({ ref, error: { code } });
  for (const ref of ['x'.repeat(65), '😀'.repeat(65), 7])
    expect(parseRequest(JSON.stringify({ ...frame, ref })).ref).toBeUndefined();
});

it('a position may have fields that are not known yet', () => {
  const parsed = parseRequest(JSON.stringify({ action: 'seek', queue, to: { seq: 3, later: 1 } }));
  expect(parsed).toMatchObject({ request: { to: { seq: 3 } } });
});
