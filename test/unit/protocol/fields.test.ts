import * as fc from 'fast-check';
import * as field from '../../../broker/protocol/fields';
import { runs } from '../../runs';

describe('the name of a queue or an event', () => {
  it.each(['a', 'Database Events', ' ', 'é漢😀', '#', '$connect', '__proto__', 'x'.repeat(128), '😀'.repeat(128), '*'])(
    'may be %j',
    (name) => {
      expect(field.queueName.safeParse(name)).toEqual({ success: true, data: name });
      expect(field.eventName.safeParse(name)).toEqual({ success: true, data: name });
    },
  );

  it.each([
    ['', 'must not be empty'],
    ['x'.repeat(129), 'must be at most 128 characters'],
    ['😀'.repeat(129), 'must be at most 128 characters'],
    ['a\nb', 'must not contain control characters or lone surrogates'],
    ['a\u0000', 'must not contain control characters or lone surrogates'],
    ['a\u007f', 'must not contain control characters or lone surrogates'],
    ['a\u0085', 'must not contain control characters or lone surrogates'],
    ['a\ud83d', 'must not contain control characters or lone surrogates'],
    ['\ude00a', 'must not contain control characters or lone surrogates'],
  ])('may not be %j', (name, message) => {
    expect(field.queueName.safeParse(name).error?.issues).toMatchObject([{ message }]);
  });

  it('may not stand for every event where it is published', () => {
    expect(field.publishedEvent.safeParse('*').success).toBe(false);
    expect(field.publishedEvent.safeParse('**').success).toBe(true);
  });

  it('has a UTF-8 form of its own', () => {
    const names = fc.string({ unit: 'binary', maxLength: 140 });
    fc.assert(
      fc.property(names, (name) => {
        const accepted = field.queueName.safeParse(name).success;
        const characters = [...name].length;
        if (characters === 0 || characters > 128) expect(accepted).toBe(false);
        if (accepted) expect(Buffer.from(name).toString()).toBe(name);
      }),
    );
  });
});

describe('a client id', () => {
  it.each(['a', 'billing', 'anon-01', 'user:7@example.org', 'A.b_C-9', 'x'.repeat(128)])('may be %j', (id) => {
    expect(field.clientId.safeParse(id).success).toBe(true);
  });

  it.each(['', 'a b', 'é', 'a/b', 'a#b', 'a\n', '\n', 'x'.repeat(129), '😀'])('may not be %j', (id) => {
    expect(field.clientId.safeParse(id).success).toBe(false);
  });
});

describe('a time', () => {
  it.each(['2026-11-01T00:00:00Z', '2026-11-01T00:00:00.123Z', '2026-11-01T01:00:00+01:00', '2024-02-29T00:00:00Z'])(
    'may be %s',
    (time) => {
      expect(field.time.safeParse(time).success).toBe(true);
    },
  );

  it.each(['', 'yesterday', '2026-11-01', '2026-11-01T00:00:00', '2026-02-30T00:00:00Z', '2026-11-01T25:00:00Z'])(
    'may not be %j',
    (time) => {
      expect(field.time.safeParse(time).success).toBe(false);
    },
  );

  it('is one that can be compared with others', () => {
    const digits = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
    const offset = fc.oneof(
      fc.constant('Z'),
      fc.tuple(fc.constantFrom('+', '-'), digits, digits).map(([sign, h, m]) => `${sign}${h}:${m}`),
    );
    const clock = fc.tuple(digits, digits, digits).map((parts) => parts.join(':'));
    const date = fc.tuple(fc.constantFrom('2026', '0000', '9999'), digits, digits).map((parts) => parts.join('-'));
    fc.assert(
      fc.property(date, clock, offset, (day, hour, zone) => {
        const time = `${day}T${hour}${zone}`;
        if (field.time.safeParse(time).success) expect(Date.parse(time)).not.toBeNaN();
      }),
      { numRuns: runs(2_000) },
    );
  });
});

it('an id of a message may be any text of 1 to 128 characters with a UTF-8 form', () => {
  expect(['a', 'order-7', 'a b\n', '😀'].every((id) => field.messageId.safeParse(id).success)).toBe(true);
  expect(['', 'x'.repeat(129), 'a\ud83d'].some((id) => field.messageId.safeParse(id).success)).toBe(false);
});
