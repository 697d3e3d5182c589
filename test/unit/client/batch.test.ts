import * as fc from 'fast-check';
import { frameOf, nextBatch, type Outgoing } from '../../../client/batch';

const FRAME = 32_768;
const outgoing = (queue: string, text: string): Outgoing => ({ queue, text, bytes: Buffer.byteLength(text) });

it('takes what is of one queue, in order', () => {
  const waiting = ['a', 'a', 'b', 'a'].map((queue) => outgoing(queue, '{}'));
  expect(nextBatch(waiting, FRAME)).toBe(2);
  expect(nextBatch(waiting.slice(2), FRAME)).toBe(1);
  expect(nextBatch([], FRAME)).toBe(0);
});

it('takes one alone that is to be sent alone', () => {
  const waiting = [1, 2, 3].map(() => outgoing('a', '{}'));
  expect(
    nextBatch(
      waiting.map((one, index) => (index === 1 ? { ...one, alone: true } : one)),
      FRAME,
    ),
  ).toBe(1);
  expect(
    nextBatch(
      waiting.map((one, index) => (index === 0 ? { ...one, alone: true } : one)),
      FRAME,
    ),
  ).toBe(1);
});

it('never makes a frame that is too large, nor one of too many messages', () => {
  const text = fc
    .string({ maxLength: 9_000, unit: 'grapheme' })
    .map((payload) => JSON.stringify({ event: 'e', payload }));
  const name = fc
    .string({ minLength: 1, maxLength: 128, unit: 'grapheme' })
    .map((queue) => [...queue].slice(0, 128).join(''));
  fc.assert(
    fc.property(name, fc.array(text, { minLength: 1, maxLength: 150 }), (queue, texts) => {
      const waiting = texts.map((one) => outgoing(queue, one));
      const count = nextBatch(waiting, FRAME);
      const batch = waiting.slice(0, count);
      expect(count).toBeLessThanOrEqual(100);
      if (count > 1)
        expect(Buffer.byteLength(`{"ref":"zzzzzzzz",${frameOf(batch).slice(1)}`)).toBeLessThanOrEqual(FRAME);
      expect(JSON.parse(frameOf(batch))).toEqual({
        action: 'publish',
        queue,
        messages: texts.slice(0, count).map((one) => JSON.parse(one)),
      });
    }),
  );
});
