import {
  answer,
  catchup,
  inspectHandlers,
  type Outcome,
  type Ports,
  parseRequest,
  ping,
  publishHandlers,
  settleHandlers,
  subscribeHandlers,
  Unavailable,
  Uncertain,
} from '../../../broker';
import { createWorld, QUEUE } from './world';

const HANDLERS = { ...publishHandlers, ...subscribeHandlers, ...settleHandlers, catchup, ...inspectHandlers, ping };

/** What nobody outside is to learn: tables, paths, accounts, stacks, credentials. */
const SECRET = /arn:aws|Holdfast-Queues|\/var\/task|\/home\/|123456789012|\.ts:\d|\bat \w+ \(|AKIA/;

const TOLD =
  'table arn:aws:dynamodb:eu-central-1:123456789012:table/Holdfast-Queues refused AKIAXXXX: see /var/task/index.mjs, /home/x';

const failures = [
  new Error(TOLD),
  new TypeError(TOLD),
  new Unavailable(TOLD, { cause: new Error(TOLD) }),
  new Uncertain(TOLD, { cause: new Error(TOLD) }),
  Object.assign(new Error(TOLD), { code: TOLD, field: TOLD, retryable: true }),
  // What is thrown need not be an error.
  TOLD,
  { code: 'invalid', message: TOLD, field: TOLD },
  undefined,
];

const requests = [
  { action: 'publish', event: 'add', id: 'chosen' },
  { action: 'subscribe' },
  { action: 'unsubscribe' },
  { action: 'seek', to: 'new' },
  { action: 'ack', upTo: 1 },
  { action: 'nack', seqs: [1] },
  { action: 'reject', seqs: [1] },
  { action: 'extend', seqs: [1], seconds: 1 },
  { action: 'catchup' },
  ...['clients', 'queues', 'subscriptions', 'deadLetters'].map((what) => ({ action: 'list', what })),
  { action: 'status', seq: 1 },
  { action: 'redrive' },
  { action: 'purge' },
];

const STORES = ['queues', 'log', 'subscriptions', 'clients', 'deadLetters', 'pusher', 'timers'] as const;

/** A port all of whose methods fail. */
const failing = <Port extends object>(port: Port, failure: unknown): Port =>
  new Proxy(port, { get: () => () => Promise.reject(failure) });

describe.each(requests)('%j', (request) => {
  it.each(failures)('tells nothing of what the store said when it failed with %p', async (failure) => {
    let failed = 0;
    for (const name of STORES) {
      const world = createWorld();
      const wire = await world.connect('billing');
      await wire.request({ action: 'subscribe', queue: QUEUE });
      await wire.request({ action: 'publish', queue: QUEUE, event: 'add' });
      const ports: Ports = { ...world.ports, [name]: failing(world.ports[name], failure) };
      const text = JSON.stringify({ ref: 'r', queue: QUEUE, ...request });
      const { reply }: Outcome = await answer(ports, wire, parseRequest(text), HANDLERS);
      expect(JSON.stringify(reply)).not.toMatch(SECRET);
      if (reply?.type !== 'error') continue;
      failed += 1;
      expect(reply).toMatchObject({ ref: 'r', code: expect.stringMatching(/^(internal|unavailable)$/) });
      expect(reply).not.toHaveProperty('field');
    }
    expect(failed).toBeGreaterThan(0);
  });
});
