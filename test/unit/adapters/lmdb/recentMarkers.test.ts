import { asStored } from '../../../../adapters/lmdb/entryText';
import { RecentMarkers } from '../../../../adapters/lmdb/recentMarkers';
import type { ClientId, EventName, JsonText } from '../../../../broker/model/names';

const NOW = 1_790_000_000_000;
const durable = Promise.resolve();

const message = (seq: number, id: string) =>
  asStored(
    {
      seq,
      id,
      event: 'add' as EventName,
      payload: 'null' as JsonText,
      headers: '{}' as JsonText,
      publisher: 'shop' as ClientId,
      publishedAt: NOW,
      expiresAt: NOW + seq,
      previousUntil: 0,
    },
    'single',
  );

let markers: RecentMarkers;

beforeEach(() => {
  markers = new RecentMarkers();
  markers.add({ appended: [message(1, 'a'), message(2, 'b')], durable });
  markers.add({ appended: [message(3, 'c')], durable });
});

test('What an id stands for is found, and nothing for others', () => {
  expect(markers.find('b')).toMatchObject({ seq: 2, expiresAt: NOW + 2 });
  expect(markers.find('d')).toBeUndefined();
});

test('What is added after one was looked for is found too', () => {
  expect(markers.find('d')).toBeUndefined();
  markers.add({ appended: [message(4, 'd')], durable });
  expect(markers.find('d')).toMatchObject({ seq: 4 });
});

describe.each(['looked for before', 'not looked for'])('what was %s', (when) => {
  beforeEach(() => {
    if (when === 'looked for before') markers.find('a');
  });

  test.each([
    ['is in LMDB', () => markers.dropThrough(2), 'a', 'c', 4],
    // Its number is given again.
    ['came to nothing', () => markers.dropAfter(2), 'c', 'a', 3],
  ])('is forgotten when it %s, and what came before or after is not', (_, drop, forgotten, kept, next) => {
    drop();
    expect(markers.find(forgotten)).toBeUndefined();
    expect(markers.find(kept)).toBeDefined();
    markers.add({ appended: [message(next, 'd')], durable });
    expect(markers.find('d')).toMatchObject({ seq: next });
  });
});

test('What is durable is not forgotten when all after it came to nothing', () => {
  markers.dropAfter(3);
  expect(markers.find('c')).toMatchObject({ seq: 3 });
});

test('An id stands for the last message that has it, though the one before is dropped', () => {
  markers.add({ appended: [message(4, 'a')], durable });
  expect(markers.find('a')).toMatchObject({ seq: 4 });
  markers.dropThrough(2);
  expect(markers.find('a')).toMatchObject({ seq: 4 });
});
