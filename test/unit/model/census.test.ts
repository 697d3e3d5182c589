import { censusOf } from '../../../broker/model/census';
import { flight } from '../decide/samples';

it('counts each flight for what it is', () => {
  const inFlight = [
    flight(1),
    flight(2),
    flight(3, { waiting: true }),
    flight(4, { dead: true, reason: 'rejected' }),
    flight(5, { dead: true, redriven: true, acked: true }),
  ];
  expect(censusOf(inFlight)).toMatchObject({ delivered: 2, waiting: 1, dead: 2, acked: 1 });
});

it('says when the first is due, with the dead and without', () => {
  const inFlight = [
    flight(1, { dueAt: 30 }),
    flight(2, { dueAt: 20, waiting: true }),
    flight(3, { dueAt: 10, dead: true }),
  ];
  expect(censusOf(inFlight)).toMatchObject({ due: 20, dueWithDead: 10 });
});

it('finds nothing due where nothing is in flight', () => {
  expect(censusOf([])).toEqual({ delivered: 0, waiting: 0, dead: 0, acked: 0, due: Infinity, dueWithDead: Infinity });
});

it('counts many, and again, as it counts few', () => {
  const few = [flight(1), flight(2, { dueAt: 20, waiting: true }), flight(3, { dueAt: 10, dead: true })];
  const many = Array.from({ length: 10 }, () => few).flat();
  const { delivered, waiting, dead, ...rest } = censusOf(few);
  const expected = { delivered: 10 * delivered, waiting: 10 * waiting, dead: 10 * dead, ...rest };
  expect(censusOf(many)).toEqual(expected);
  expect(censusOf(many)).toEqual(expected);
});
