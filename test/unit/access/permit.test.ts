import * as fc from 'fast-check';
import { type Access, grantsSchema, isGranted, permit } from '../../../broker/access';
import type { EventName, QueueName } from '../../../broker/model/names';
import { parseRequest } from '../../../broker/protocol';

const NOW = 1_000_000;

const access = (stated: object, expiresAt?: number): Access => ({
  grants: grantsSchema.parse(stated),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});

function ask(given: Access | undefined, frame: object): void {
  const parsed = parseRequest(JSON.stringify(frame));
  if ('error' in parsed) throw parsed.error;
  permit(given, parsed.request, NOW);
}

const refusal = (given: Access, frame: object) => {
  try {
    ask(given, frame);
  } catch (error) {
    return error;
  }
  throw new Error('It was permitted');
};

const clerk = access({ publish: ['orders/created', 'log/*'], subscribe: ['orders/*', 'mail/sent'] });

describe('what is granted is permitted:', () => {
  it.each([
    ['to publish an event', { action: 'publish', queue: 'orders', event: 'created' }],
    ['to publish any event', { action: 'publish', queue: 'log', messages: [{ event: 'a' }, { event: 'b' }] }],
    ['to subscribe to every event', { action: 'subscribe', queue: 'orders' }],
    ['to subscribe to some events', { action: 'subscribe', queue: 'orders', events: ['created', 'deleted'] }],
    ['to subscribe to one event', { action: 'subscribe', queue: 'mail', events: ['sent'] }],
  ])('%s', (_what, frame) => {
    expect(() => ask(clerk, frame)).not.toThrow();
  });
});

describe('what is not granted is forbidden, and it is said what:', () => {
  it.each([
    ['event', { action: 'publish', queue: 'orders', event: 'deleted' }],
    ['event', { action: 'publish', queue: 'mail', event: 'sent' }],
    ['messages.1.event', { action: 'publish', queue: 'orders', messages: [{ event: 'created' }, { event: 'x' }] }],
    ['events', { action: 'subscribe', queue: 'mail' }],
    ['events.0', { action: 'subscribe', queue: 'mail', events: ['*'] }],
    ['events.1', { action: 'subscribe', queue: 'mail', events: ['sent', 'read'] }],
    ['events', { action: 'subscribe', queue: 'log' }],
  ])('%s of %j', (field, frame) => {
    expect(refusal(clerk, frame)).toMatchObject({
      code: 'forbidden',
      field,
      message: expect.stringMatching(/your credential does not grant it$/),
      retryable: false,
    });
  });
});

const own = [
  { action: 'unsubscribe', queue: 'q' },
  { action: 'seek', queue: 'q', to: 'new' },
  { action: 'ack', queue: 'q', seqs: [1] },
  { action: 'nack', queue: 'q', seqs: [1] },
  { action: 'reject', queue: 'q', seqs: [1] },
  { action: 'extend', queue: 'q', seqs: [1], seconds: 1 },
  { action: 'catchup' },
  { action: 'list', what: 'queues' },
  { action: 'status', queue: 'q', seq: 1 },
  { action: 'redrive', queue: 'q' },
  { action: 'purge', queue: 'q' },
];

it.each(own)('takes no grant to deal with what is one’s own: $action', (frame) => {
  expect(() => ask(access({}), frame)).not.toThrow();
});

it.each([...own, { action: 'publish', queue: 'orders', event: 'created' }])(
  'takes a credential that has not expired: $action',
  (frame) => {
    const all = { publish: ['*'], subscribe: ['*'], admin: ['*'] };
    expect(() => ask(access(all, NOW + 1), frame)).not.toThrow();
    expect(refusal(access(all, NOW), frame)).toMatchObject({ code: 'unauthenticated', message: /"auth"/ });
  },
);

it.each([{ action: 'ping' }, { action: 'auth', token: 'x' }])(
  'answers $action after the credential expired',
  (frame) => {
    expect(() => ask(access({}, NOW), frame)).not.toThrow();
  },
);

it('permits everything where there is no access control', () => {
  expect(() => ask(undefined, { action: 'subscribe', queue: 'orders' })).not.toThrow();
});

describe('grants', () => {
  it.each([
    ['a right that there is not', { publsh: ['*'] }, /publsh/],
    ['a text in place of a list', { publish: '*' }, /array/],
    ['a pattern that is none', { subscribe: ['orders'] }, /QUEUE\/EVENT/],
    ['more patterns than a hundred', { publish: Array(101).fill('*') }, /at most 100/],
    ['more than 4,096 bytes', { publish: Array(40).fill(`${'x'.repeat(120)}/*`) }, /at most 4096 bytes/],
    ['as many in few characters', { publish: Array(40).fill(`${'漢'.repeat(40)}/*`) }, /at most 4096 bytes/],
  ])('with %s are refused', (_what, stated, expected) => {
    expect(grantsSchema.safeParse(stated).error?.message).toMatch(expected);
  });

  it('of one right give no other', () => {
    const names = ['publish', 'subscribe', 'admin'] as const;
    for (const granted of names)
      for (const right of names) {
        const grants = grantsSchema.parse({ [granted]: ['*'] });
        expect(isGranted(grants, right, 'q' as QueueName, 'e' as EventName)).toBe(right === granted);
      }
  });

  it('that are more permit no less', () => {
    const pattern = fc.constantFrom('*', 'a/*', 'a/b', 'a*/b', '*/b', 'ab/a*');
    const name = fc.constantFrom('a', 'ab', 'b', '*');
    fc.assert(
      fc.property(fc.array(pattern), fc.array(pattern), name, name, (some, more, queue, event) => {
        const granted = (subscribe: string[]) =>
          isGranted(grantsSchema.parse({ subscribe }), 'subscribe', queue as QueueName, event as EventName);
        if (granted(some)) expect(granted([...some, ...more])).toBe(true);
      }),
    );
  });
});
