import * as fc from 'fast-check';
import { containsEvent, formatPattern, type Pattern, parsePattern } from '../../../broker/access';
import { EVERY_EVENT, type EventName, type QueueName } from '../../../broker/model/names';

const read = (text: string): Pattern => {
  const parsed = parsePattern(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return parsed;
};
const contains = (pattern: string, queue: string, event: string) =>
  containsEvent(read(pattern), queue as QueueName, event as EventName);

describe('a pattern', () => {
  it.each([
    ['orders/created', 'orders', 'created'],
    ['orders/*', 'orders', 'created'],
    ['orders/*', 'orders', '*'],
    ['*', 'orders', '*'],
    ['*/*', 'orders', '*'],
    ['*/created', 'orders', 'created'],
    ['user-*/*', 'user-7', 'seen'],
    ['orders/order.*', 'orders', 'order.created'],
    ['Database Events/row added', 'Database Events', 'row added'],
    ['team%2Forders/a%2fb', 'team/orders', 'a/b'],
    ['50%25/%2A*', '50%', '*stars*'],
    ['größe/😀*', 'größe', '😀 happy'],
  ])('%s contains what is asked of %s: %s', (pattern, queue, event) => {
    expect(contains(pattern, queue, event)).toBe(true);
  });

  it.each([
    ['orders/created', 'orders', 'deleted'],
    ['orders/created', 'orders', '*'],
    ['orders/order.*', 'orders', '*'],
    ['orders/*', 'orders2', 'created'],
    ['orders/*', 'Orders', 'created'],
    ['user-*/*', 'user', 'seen'],
    ['orders/%2A', 'orders', 'created'],
    ['orders/%2A', 'orders', '*'],
    ['*/created', 'orders', '*'],
  ])('%s does not contain what is asked of %s: %s', (pattern, queue, event) => {
    expect(contains(pattern, queue, event)).toBe(false);
  });

  it.each([
    ['orders', /QUEUE\/EVENT with one slash/],
    ['', /QUEUE\/EVENT/],
    ['team/orders/created', /write %2F for a slash in a name/],
    ['/created', /must not be empty/],
    ['orders/', /must not be empty/],
    ['or*ders/created', /write %2A/],
    ['orders/**', /write %2A/],
    ['50%/created', /write %25/],
    ['a%20b/created', /write %25/],
    ['a\nb/created', /control characters/],
    [`${'x'.repeat(129)}/created`, /at most 128/],
  ])('%j is refused, with what was expected', (text, expected) => {
    expect(parsePattern(text)).toEqual({ error: expect.stringMatching(expected) });
  });
});

// Few characters, so that names begin alike and hold what patterns have a meaning for.
const name = fc.string({
  unit: fc.constantFrom('a', 'b', '/', '*', '%', '2', 'F', ' ', '😀'),
  minLength: 1,
  maxLength: 4,
});
const eventName = name.filter((text) => text !== EVERY_EVENT);
const part = fc.record({ text: name, open: fc.boolean() });
const anyPart = fc.oneof(part, fc.constant({ text: '', open: true }));
const pattern: fc.Arbitrary<Pattern> = fc.record({ queue: anyPart, event: anyPart });

const matches = (part: Pattern['queue'], text: string) => (part.open ? text.startsWith(part.text) : text === part.text);

it('is read as it was written, whatever the names', () => {
  fc.assert(fc.property(pattern, (one) => expect(read(formatPattern(one))).toEqual(one)));
});

it('contains an event of a queue exactly if both names match', () => {
  fc.assert(
    fc.property(pattern, name, eventName, (one, queue, event) => {
      const expected = matches(one.queue, queue) && matches(one.event, event);
      expect(containsEvent(one, queue as QueueName, event as EventName)).toBe(expected);
    }),
  );
});

it('that contains a subscription to every event contains each event there can be', () => {
  fc.assert(
    fc.property(pattern, name, eventName, (one, queue, event) => {
      if (containsEvent(one, queue as QueueName, EVERY_EVENT))
        expect(containsEvent(one, queue as QueueName, event as EventName)).toBe(true);
    }),
  );
});

it('that does not contain a subscription to every event leaves out some event', () => {
  fc.assert(
    fc.property(pattern, name, (one, queue) => {
      if (containsEvent(one, queue as QueueName, EVERY_EVENT)) return;
      // A name that no pattern made here begins with or is.
      expect(containsEvent(one, queue as QueueName, 'zzz' as EventName)).toBe(false);
    }),
  );
});
