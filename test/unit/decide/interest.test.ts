import { narrow, rewind, wants, widen } from '../../../broker/decide/interest';
import { EVERY_EVENT } from '../../../broker/model/names';
import { event } from './samples';

const [add, remove] = [event('add'), event('delete')];

describe('wants', () => {
  it('asks for an event from its seq on', () => {
    const events = [{ event: add, since: 5 }];
    expect([4, 5, 6].map((seq) => wants(events, add, seq))).toEqual([false, true, true]);
    expect(wants(events, remove, 6)).toBe(false);
  });

  it('asks for everything where every event is asked for', () => {
    expect(wants([{ event: EVERY_EVENT, since: 1 }], remove, 1)).toBe(true);
  });

  it('is served by any of its interests', () => {
    const events = [
      { event: add, since: 5 },
      { event: EVERY_EVENT, since: 9 },
    ];
    expect([wants(events, add, 7), wants(events, remove, 7), wants(events, remove, 9)]).toEqual([true, false, true]);
  });

  it('asks for nothing without events', () => {
    expect(wants([], add, 1)).toBe(false);
  });
});

describe('widen', () => {
  it('adds what is new from the seq given, in order, each once, and leaves what is known', () => {
    expect(widen([{ event: add, since: 2 }], [remove, add, remove, EVERY_EVENT], 9)).toEqual([
      { event: add, since: 2 },
      { event: remove, since: 9 },
      { event: EVERY_EVENT, since: 9 },
    ]);
  });

  it('adds a name from where every event was wanted, of which it was one', () => {
    const every = { event: EVERY_EVENT, since: 3 };
    expect(widen([every], [add], 9)).toEqual([every, { event: add, since: 3 }]);
    expect(widen([{ event: EVERY_EVENT, since: 12 }], [add], 9)[1]).toEqual({ event: add, since: 9 });
  });

  it('returns what it was given where nothing is new', () => {
    const events = [{ event: add, since: 2 }];
    expect(widen(events, [add], 9)).toBe(events);
  });
});

it('narrow takes the named events off', () => {
  const events = [
    { event: add, since: 2 },
    { event: EVERY_EVENT, since: 3 },
  ];
  expect(narrow(events, [EVERY_EVENT, remove])).toEqual([{ event: add, since: 2 }]);
});

it('rewind asks for all events from where the cursor was moved back to, or from before', () => {
  const events = [
    { event: add, since: 2 },
    { event: remove, since: 9 },
  ];
  expect(rewind(events, 5)).toEqual([
    { event: add, since: 2 },
    { event: remove, since: 5 },
  ]);
});
