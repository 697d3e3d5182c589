import fc from 'fast-check';
import { OrderedMap } from '../../../../adapters/memory/orderedMap';

const compare = (a: number, b: number) => a - b;

describe('a map in the order of its keys', () => {
  const change = fc.record({ key: fc.integer({ min: 0, max: 20 }), isRemoved: fc.boolean(), isRead: fc.boolean() });

  it('is read as a map that is sorted anew each time, whatever was set and deleted before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), fc.integer({ min: -1, max: 21 }), (changes, from) => {
        const map = new OrderedMap<number, string>();
        const model = new Map<number, string>();
        for (const [i, { key, isRemoved, isRead }] of changes.entries()) {
          for (const one of [map, model]) isRemoved ? one.delete(key) : one.set(key, `${i}`);
          if (isRead) expect([...map.after()].map(([found]) => found)).toEqual([...model.keys()].sort(compare));
        }
        const after = [...model].filter(([key]) => key > from).sort(([a], [b]) => a - b);
        expect([...map.after(from)]).toEqual(after);
      }),
    );
  });

  it('looks at what is asked for, and at no more', () => {
    const map = new OrderedMap<number, string>();
    for (let key = 0; key < 10_000; key++) map.set(key, `${key}`);
    const get = jest.spyOn(map, 'get');
    const read = map.after(4_999);
    expect([read.next().value, read.next().value]).toEqual([
      [5_000, '5000'],
      [5_001, '5001'],
    ]);
    expect(get).toHaveBeenCalledTimes(2);
  });
});
