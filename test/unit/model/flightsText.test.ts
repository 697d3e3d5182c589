import fc from 'fast-check';
import { decodeFlights, encodeFlights } from '../../../broker/model/flightsText';
import type { Flight } from '../../../broker/model/subscription';

const NOW = Date.UTC(2026, 10, 1);

const flight = (seq: number, more: Partial<Flight> = {}): Flight => ({ seq, attempt: 1, dueAt: NOW, ...more });

const anyFlight = fc.record(
  {
    seq: fc.integer({ min: 1, max: 2 ** 40 }),
    attempt: fc.integer({ min: 0, max: 100 }),
    dueAt: fc.integer({ min: 0, max: 2 ** 42 }),
    waiting: fc.constant(true as const),
    redriven: fc.constant(true as const),
    dead: fc.constant(true as const),
    acked: fc.constant(true as const),
    reason: fc.string(),
  },
  { requiredKeys: ['seq', 'attempt', 'dueAt'] },
);

describe('the text of what is in flight', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyFlight, { selector: ({ seq }) => seq, maxLength: 60 }), (some) => {
        const flights = [...some].sort((a, b) => a.seq - b.seq);
        expect(decodeFlights(encodeFlights(flights))).toEqual(flights);
      }),
    );
  });

  it('tells a reason of "0" from none', () => {
    const flights = [flight(1, { reason: '0' }), flight(2)];
    expect(decodeFlights(encodeFlights(flights))).toEqual(flights);
  });

  it('takes few bytes for a window that was delivered together, whatever its size', () => {
    const window = Array.from({ length: 1_000 }, (_, i) => flight(5_000 + i));
    expect(encodeFlights(window).length).toBeLessThanOrEqual(40);
  });

  it('takes some 5 bytes each for what was delivered a second apart', () => {
    const window = Array.from({ length: 100 }, (_, i) => flight(5_000 + i, { dueAt: NOW + i * 1_000 }));
    expect(encodeFlights(window).length).toBeLessThanOrEqual(500);
  });
});
