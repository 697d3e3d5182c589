import { windowOf } from '../../../broker/decide/window';
import { flight, settings, subscription } from './samples';

const of = (maxInFlight: number, delivered: number, waiting = 0, dead = 0) =>
  windowOf(
    subscription({
      ...settings({ maxInFlight }),
      next: 10_000,
      inFlight: [
        ...Array.from({ length: delivered }, (_, index) => flight(index + 1)),
        ...Array.from({ length: waiting }, (_, index) => flight(index + 101, { waiting: true })),
        ...Array.from({ length: dead }, (_, index) => flight(index + 201, { dead: true, reason: '' })),
      ],
    }),
  );

it('has room for what is not delivered yet', () => {
  expect(of(10, 0)).toEqual({ forBacklog: 10, forWaiting: 10 });
  expect(of(10, 7)).toEqual({ forBacklog: 3, forWaiting: 3 });
  expect(of(10, 10)).toEqual({ forBacklog: 0, forWaiting: 0 });
});

it('has none, not less than none, when it was made smaller', () => {
  expect(of(10, 15)).toEqual({ forBacklog: 0, forWaiting: 0 });
});

it('gives no place to what waits, up to as many as fit it', () => {
  expect(of(10, 4, 10)).toEqual({ forBacklog: 6, forWaiting: 6 });
});

it('counts those that wait beyond that, so that what is held stays bounded', () => {
  expect(of(10, 4, 13)).toEqual({ forBacklog: 3, forWaiting: 6 });
  expect(of(10, 0, 20)).toEqual({ forBacklog: 0, forWaiting: 10 });
});

it('does not count the dead', () => {
  expect(of(10, 4, 0, 99)).toEqual({ forBacklog: 6, forWaiting: 6 });
});

it('has none for the backlog beyond the 4,000 that may be held, dead ones included', () => {
  expect(of(10, 4, 0, 3_993)).toEqual({ forBacklog: 3, forWaiting: 6 });
  expect(of(10, 4, 0, 4_100)).toEqual({ forBacklog: 0, forWaiting: 6 });
});

it('is not taken from the backlog by what waits for the cursor', () => {
  const ahead = [4, 5, 6].map((seq) => flight(seq, { attempt: 0, waiting: true, redriven: true }));
  const sought = subscription({ ...settings({ maxInFlight: 1 }), next: 4, inFlight: ahead });
  expect(windowOf(sought)).toEqual({ forBacklog: 1, forWaiting: 1 });
  expect(windowOf({ ...sought, next: 7 })).toEqual({ forBacklog: 0, forWaiting: 1 });
});
