import * as fc from 'fast-check';
import type { Seq } from '../../../broker/model/names';
import { runs } from '../../runs';
import { Life } from './life';
import { event, RETENTION, SECOND, settings, subscription } from './samples';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const delay = fc.integer({ min: 0, max: 120 }).map((seconds) => seconds * SECOND);
const names = fc.array(fc.constantFrom('add', 'add', 'other'), { minLength: 1, maxLength: 6 });

/** What may happen; `picks` chooses among what is in flight, whatever that is. */
const happenings = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('publish' as const), names }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('take' as const), names }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('write' as const), pick: fc.nat() }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('deliver' as const), random }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('refuse' as const), random }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('pass' as const), delay }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('settle' as const),
      action: fc.constantFrom('ack' as const, 'ack' as const, 'nack' as const, 'reject' as const, 'extend' as const),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      delay,
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('bury', 'connect', 'disconnect', 'catchUp') }) },
);
type Happening = typeof happenings extends fc.Arbitrary<infer H> ? H : never;

const beginnings = fc.record({
  maxInFlight: fc.integer({ min: 1, max: 4 }),
  maxDeliveries: fc.integer({ min: 0, max: 3 }),
  page: fc.integer({ min: 1, max: 5 }),
  all: fc.boolean(),
});

function happen(life: Life, happening: Happening): void {
  switch (happening.what) {
    case 'publish':
      for (const name of happening.names) life.log.write(life.log.take(name, life.now));
      return;
    case 'take':
      for (const name of happening.names) life.log.take(name, life.now);
      return;
    case 'write': {
      const unwritten = life.log.unwritten();
      life.log.write(unwritten[happening.pick % unwritten.length] ?? 0);
      return;
    }
    case 'deliver':
      life.deliver(happening.random);
      return;
    case 'refuse':
      life.deliver(happening.random, true);
      return;
    case 'pass':
      life.now += happening.delay;
      return;
    case 'settle':
      life.settle(happening.action, chosen(life, happening.picks), happening.delay);
      return;
    case 'bury':
      life.bury();
      return;
    case 'connect':
      life.connect();
      return;
    case 'disconnect':
      life.disconnect();
      return;
    case 'catchUp':
      life.catchUp();
      return;
  }
}

const chosen = (life: Life, picks: readonly number[]): Seq[] => {
  const { inFlight } = life.subscription;
  return inFlight.length === 0 ? [...picks] : picks.map((pick) => inFlight[pick % inFlight.length]?.seq ?? 0);
};

/** Lives through all of it, checking the state after each step. */
function live(retention: number, { page, all, ...window }: Beginning, happened: readonly Happening[]): Life {
  const events = all ? {} : { events: [{ event: event('add'), since: 1 }] };
  const life = new Life(subscription({ ...settings({ ackDeadline: 30, ...window }), ...events }), retention, page);
  for (const happening of happened) {
    happen(life, happening);
    life.check();
  }
  return life;
}
type Beginning = typeof beginnings extends fc.Arbitrary<infer B> ? B : never;

/** Acks whatever comes until nothing more does. */
function drain(life: Life): void {
  life.connect();
  for (let rounds = 0; rounds < 500; rounds++) {
    life.now += 10 * SECOND;
    life.deliver(0);
    life.bury();
    life.settle(
      'ack',
      chosen(
        life,
        Array.from({ length: 20 }, (_, index) => index),
      ),
      0,
    );
    life.check();
  }
}

const histories = fc.array(happenings, { maxLength: 60, size: 'max' });

it('keeps every promise, whatever happens', () => {
  fc.assert(
    fc.property(beginnings, histories, (beginning, happened) => {
      live(RETENTION, beginning, happened);
    }),
    { numRuns: runs(400) },
  );
});

it('keeps every promise while retention takes messages', () => {
  fc.assert(
    fc.property(beginnings, histories, (beginning, happened) => {
      live(100 * SECOND, beginning, happened);
    }),
    { numRuns: runs(400) },
  );
});

it('settles everything in the end', () => {
  fc.assert(
    fc.property(beginnings, histories, (beginning, happened) => {
      const life = live(RETENTION, beginning, happened);
      drain(life);
      expect(life.subscription.inFlight).toEqual([]);
      // What was taken last and never written is waited for: a message after it would show that it is a hole.
      if (life.log.isWritten(life.log.head)) expect(life.subscription.next).toBe(life.log.head + 1);
    }),
    { numRuns: runs(80) },
  );
});
