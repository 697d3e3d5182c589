import fc from 'fast-check';
import { decodeBlock, encodeBlock, Gathering } from '../../../../adapters/lmdb/block';
import { asStored, decodeEntry, encodeEntry } from '../../../../adapters/lmdb/entryText';
import { MARKINGS } from '../../../../adapters/lmdb/markers';
import type { LogEntry } from '../../../../broker/model/message';
import type { ClientId, EventName, JsonText } from '../../../../broker/model/names';

const NOW = 1_790_000_000_000;
const time = fc.integer({ min: 0, max: 1_000_000 }).map((ms) => NOW + ms);
const json = fc.json().map((text) => JSON.stringify(JSON.parse(text)) as JsonText);
const headers = fc.dictionary(fc.string(), fc.string()).map((map) => JSON.stringify(map) as JsonText);
const times = { publishedAt: time, expiresAt: time, previousUntil: fc.oneof(fc.constant(0), time) };
const event = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((name) => name.replace(/\p{Cc}/gu, '.'));

const message = fc
  .record({ id: fc.string(), event, payload: json, headers, ...times })
  .map((drawn) => ({ ...drawn, seq: 0, event: drawn.event as EventName, publisher: 'shop' as ClientId }));
const tombstone = fc.record({ ...times }).map((drawn) => ({ ...drawn, seq: 0, tombstone: true as const }));

const entries = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.array(fc.oneof(message, tombstone), { minLength: 1, maxLength: 64 }))
  .map(([first, drawn]) => drawn.map((entry, index): LogEntry => ({ ...entry, seq: first + index })));

const stored = (entry: LogEntry) => ('tombstone' in entry ? entry : asStored(entry, 'single'));

test('A block gives back every entry, to the letter, whatever is in it', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const block = decodeBlock(given[0]?.seq ?? 0, encodeBlock(given.map(stored)));
      expect(block).toHaveLength(given.length);
      for (const [index, entry] of given.entries()) expect(block[index]).toMatchObject(entry);
    }),
  );
});

test('A block remembers how its messages are found by their ids', () => {
  const given = MARKINGS.map((marking, index) => asStored(entry(3 + index), marking));
  expect(decodeBlock(3, encodeBlock(given))).toMatchObject(MARKINGS.map((marking) => ({ marking })));
});

test('An entry by itself is read as it was written', () => {
  fc.assert(
    fc.property(entries, (given) => {
      for (const entry of given) expect(decodeEntry(entry.seq, encodeEntry(entry))).toMatchObject(entry);
    }),
  );
});

test('The length of a stored message is that of its UTF-8', () => {
  const { text, bytes } = asStored({ ...entry(1), payload: '"ä😀"' as JsonText }, 'none');
  expect(bytes).toBe(text.length + 3);
});

describe('gathering', () => {
  test('takes entries one after the other, up to 64', () => {
    const gathering = new Gathering();
    const taken = Array.from({ length: 100 }, (_, index) => gathering.add([asStored(entry(7 + index), 'none')]));
    expect(taken.lastIndexOf(true)).toBe(63);
    expect(gathering.entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 64 }, (_, index) => 7 + index));
  });

  test('takes none that leaves a number out', () => {
    const gathering = new Gathering();
    gathering.add([asStored(entry(7), 'none')]);
    expect(gathering.add([asStored(entry(9), 'none')])).toBe(false);
    expect(gathering.entries).toHaveLength(1);
  });

  test('takes a large message only as the first', () => {
    const large = { ...entry(7), payload: JSON.stringify('x'.repeat(29_000)) as JsonText };
    const gathering = new Gathering();
    expect(gathering.add([asStored(large, 'none')])).toBe(true);
    expect(gathering.add([asStored(entry(8), 'none')])).toBe(false);
  });
});

const entry = (seq: number) => ({
  seq,
  id: `id ${seq}`,
  event: 'add' as EventName,
  payload: 'null' as JsonText,
  headers: '{}' as JsonText,
  publisher: 'shop' as ClientId,
  publishedAt: NOW,
  expiresAt: NOW + 1_000,
  previousUntil: 0,
});
