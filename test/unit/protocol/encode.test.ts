import * as fc from 'fast-check';
import { FRAME_BYTES, MESSAGE_BYTES } from '../../../broker/model/limits';
import type { ClientId, EventName, JsonText, QueueName } from '../../../broker/model/names';
import { type Delivery, encodeFrame, encodeMessages } from '../../../broker/protocol/encode';
import { serverFrameSchema } from '../../../broker/protocol/frames';
import { runs } from '../../runs';
import { message, NOW } from '../decide/samples';

const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
const queue = 'Database Events' as QueueName;
const size = (text: string) => Buffer.byteLength(text);

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
);
const texts = fc.oneof(
  fc.json(),
  fc.nat({ max: MESSAGE_BYTES - 4 }).map((length) => JSON.stringify('x'.repeat(length))),
  fc.nat({ max: 9_000 }).map((length) => JSON.stringify('漢'.repeat(length))),
);
const headers = fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 });

const contents = fc.record({
  event: names,
  id: names,
  payload: texts,
  headers: headers.map((some) => JSON.stringify(some)),
  attempt: fc.integer({ min: 1, max: 9 }),
  skip: fc.integer({ min: 1, max: 2 ** 40 }),
});

/** Deliveries of ascending seqs, up to the largest there are. */
const deliveries = fc.array(contents, { minLength: 1, maxLength: 40, size: 'max' }).map((some) => {
  let seq = 0;
  return some.map((content): Delivery => {
    seq += content.skip;
    return {
      attempt: content.attempt,
      message: message(seq, {
        event: content.event as EventName,
        id: content.id,
        payload: content.payload as JsonText,
        headers: content.headers as JsonText,
        publisher: 'user:7@example.org' as ClientId,
        publishedAt: NOW + seq,
      }),
    };
  });
});

const asDelivered = ({ message: m, attempt }: Delivery) => ({
  seq: m.seq,
  id: m.id,
  event: m.event,
  payload: JSON.parse(m.payload),
  headers: JSON.parse(m.headers),
  publisher: m.publisher,
  publishedAt: new Date(m.publishedAt).toISOString(),
  attempt,
});

it('encodes deliveries as the protocol has them, in frames of at most 32 KB', () => {
  fc.assert(
    fc.property(names, deliveries, (name, some) => {
      const frames = encodeMessages(name as QueueName, some);
      expect(frames.flatMap((frame) => frame.deliveries)).toEqual(some);
      for (const { bytes, covers, deliveries: part } of frames) {
        expect(bytes.byteLength).toBeLessThanOrEqual(FRAME_BYTES);
        expect(covers).toBeUndefined();
        expect(decode(bytes)).toEqual({ type: 'messages', queue: name, messages: part.map(asDelivered) });
      }
    }),
    { numRuns: runs(100) },
  );
});

it('lets frames of first deliveries join up from end to end', () => {
  fc.assert(
    fc.property(deliveries, fc.nat(1), (some, beyond) => {
      const covers = { from: 1, next: (some.at(-1)?.message.seq ?? 0) + 1 + beyond };
      let joint = covers.from;
      for (const { bytes, covers: covered, deliveries: part } of encodeMessages(queue, some, covers)) {
        expect(bytes.byteLength).toBeLessThanOrEqual(FRAME_BYTES);
        expect(decode(bytes)).toMatchObject({ ...covered });
        expect(covered?.from).toBe(joint);
        joint = covered?.next ?? 0;
        for (const { message: m } of part) expect(m.seq).toBeLessThan(joint);
        for (const { message: m } of part) expect(m.seq).toBeGreaterThanOrEqual(covered?.from ?? Infinity);
      }
      expect(joint).toBe(covers.next);
    }),
    { numRuns: runs(100) },
  );
});

it('wastes no frames: none could have taken the first message of the next', () => {
  fc.assert(
    fc.property(deliveries, (some) => {
      const frames = encodeMessages(queue, some);
      for (const [index, { bytes }] of frames.slice(0, -1).entries()) {
        const first = frames[index + 1]?.deliveries[0];
        if (first)
          expect(bytes.byteLength + size(JSON.stringify(asDelivered(first)))).toBeGreaterThan(FRAME_BYTES - 600);
      }
    }),
    { numRuns: runs(100) },
  );
});

it('sends a payload and headers as they were stored, to the byte', () => {
  const payload = '{ "b":1e2,\n"a":"\\u00e9" }' as JsonText;
  const some = { message: message(1, { payload, headers: '{"a" : "b"}' as JsonText }), attempt: 1 };
  const [frame] = encodeMessages(queue, [some]);
  const text = new TextDecoder().decode(frame?.bytes);
  expect(text).toContain(`"payload":${payload},"headers":{"a" : "b"},`);
});

it('has room in one frame for the largest message with the longest names', () => {
  const longest = '😀'.repeat(128);
  const m = message(2 ** 53 - 2, {
    id: '\u0001'.repeat(128),
    event: longest as EventName,
    payload: JSON.stringify('x'.repeat(MESSAGE_BYTES - 4)) as JsonText,
    publisher: 'x'.repeat(128) as ClientId,
  });
  const [frame, ...others] = encodeMessages(longest as QueueName, [{ message: m, attempt: 100 }], {
    from: 2 ** 53 - 2,
    next: 2 ** 53 - 1,
  });
  expect(others).toEqual([]);
  expect(frame?.bytes.byteLength).toBeLessThanOrEqual(FRAME_BYTES);
});

it('makes frames that are what the schema says', () => {
  const [frame] = encodeMessages(queue, [{ message: message(1), attempt: 1 }], { from: 1, next: 2 });
  const read = decode(frame?.bytes ?? new Uint8Array());
  expect(serverFrameSchema.parse(read)).toEqual(read);
});

it('encodes any other frame as JSON in UTF-8', () => {
  expect(decode(encodeFrame({ type: 'settled', queue: 'é😀' as QueueName, seqs: [1] }))).toEqual({
    type: 'settled',
    queue: 'é😀',
    seqs: [1],
  });
});
