import * as fc from 'fast-check';
import type { QueueName } from '../../../broker/model/names';
import { type Fresh, Thread } from '../../../client/thread';

const frame = (from: number, next: number): Fresh => ({
  type: 'messages',
  queue: 'orders' as QueueName,
  from,
  next,
  messages: [],
});
const nothing = () => false;
const froms = (frames: readonly Fresh[]): number[] => frames.map(({ from }) => from);

/** A frame after the next number waits, and one at it is gone on with. */
function expectToEndAt(thread: Thread, next: number): void {
  expect(froms(thread.join(frame(next + 1, next + 2), nothing).frames)).toEqual([]);
  expect(froms(thread.join(frame(next, next + 1), nothing).frames)).toEqual([next, next + 1]);
}

it('begins with the first frame where nothing is known', () => {
  expect(froms(new Thread(undefined).join(frame(41, 43), nothing).frames)).toEqual([41]);
});

it('holds back a frame until the one before it has come', () => {
  const thread = new Thread(1);
  expect(froms(thread.join(frame(3, 5), nothing).frames)).toEqual([]);
  expect(thread.isWaiting).toBe(true);
  expect(froms(thread.join(frame(1, 3), nothing).frames)).toEqual([1, 3]);
  expect(thread.isWaiting).toBe(false);
});

it('puts any order of frames into theirs', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 20 });
  const shuffled = lengths.chain((all) => {
    let from = 1;
    const frames = all.map((length) => {
      from += length;
      return frame(from - length, from);
    });
    return fc.tuple(fc.constant(frames), fc.shuffledSubarray(frames, { minLength: frames.length }));
  });
  fc.assert(
    fc.property(shuffled, ([frames, arriving]) => {
      const thread = new Thread(1);
      expect(arriving.flatMap((one) => froms(thread.join(one, nothing).frames))).toEqual(froms(frames));
    }),
  );
});

it('takes what came by redeliveries for joined', () => {
  const thread = new Thread(3);
  expect(froms(thread.join(frame(5, 6), (seq) => seq === 3 || seq === 4).frames)).toEqual([5]);
});

it('goes on with what there is when told to wait no longer', () => {
  const thread = new Thread(1);
  thread.join(frame(5, 7), nothing);
  thread.join(frame(9, 11), nothing);
  expect(froms(thread.skip())).toEqual([5]);
  expect(froms(thread.skip())).toEqual([9]);
});

it('takes a connection that comes after others for no step back', () => {
  const thread = new Thread(10);
  for (const each of [frame(4, 6), frame(6, 7), frame(7, 12)])
    expect(thread.join(each, nothing)).toEqual({ frames: [each], restarted: false });
  expectToEndAt(thread, 12);
  expect(thread.join(frame(6, 7), nothing).restarted).toBe(true);
});

it('says where the server has gone back', () => {
  const thread = new Thread(1);
  expect(thread.join(frame(1, 10), nothing).restarted).toBe(false);
  const back = thread.join(frame(4, 7), nothing);
  expect(back.restarted).toBe(true);
  expect(froms(back.frames)).toEqual([4]);
  expect(froms(thread.join(frame(7, 10), nothing).frames)).toEqual([7]);
});

it('does not take the first frame of a connection for a move back, though it begins before what came over another', () => {
  const thread = new Thread(10);
  expect(thread.join(frame(4, 12), nothing)).toMatchObject({ restarted: false, frames: [{ from: 4 }] });
  expectToEndAt(thread, 12);
});

it('goes on from where the cursor was moved', () => {
  const thread = new Thread(1);
  thread.join(frame(1, 10), nothing);
  expect(thread.moveTo(4)).toEqual([]);
  expect(thread.join(frame(4, 6), nothing)).toMatchObject({ restarted: false, frames: [{ from: 4 }] });
});
