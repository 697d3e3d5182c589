import { dying } from '../../../broker/decide/dying';
import { BURIAL_RETRY_MS } from '../../../broker/model/limits';
import { flight, NOW } from './samples';

it('holds the message until it is buried, and tries that again after a while', () => {
  expect(dying(flight(7, { attempt: 3, waiting: true }), NOW, 'malformed')).toEqual({
    seq: 7,
    attempt: 3,
    dueAt: NOW + BURIAL_RETRY_MS,
    dead: true,
    reason: 'malformed',
  });
});

it('dies of the reason given, or of the last nack, or of not being answered', () => {
  expect(dying(flight(1, { reason: 'db down' }), NOW, 'malformed').reason).toBe('malformed');
  expect(dying(flight(1, { reason: 'db down' }), NOW).reason).toBe('db down');
  expect(dying(flight(1, { attempt: 5 }), NOW).reason).toBe('not acknowledged after 5 deliveries');
  expect(dying(flight(1), NOW).reason).toBe('not acknowledged after 1 delivery');
});

it('stays known as a dead letter that was in flight again', () => {
  expect(dying(flight(1, { redriven: true }), NOW).redriven).toBe(true);
  expect(dying(flight(1), NOW)).not.toHaveProperty('redriven');
});
