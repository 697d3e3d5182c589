import * as fc from 'fast-check';
import { encodeReply, parseRequest, type ServerFrame, serverFrameSchema } from '../../broker';
import { FRAME_BYTES } from '../../broker/model/limits';
import { ERROR_CODES } from '../../broker/protocol/errors';
import { createWorld } from '../unit/usecases/world';
import { anyFrame, FRAMES, SEQUENCE } from './frames';

/** Far more than any takes, far less than a regular expression that backtracks or a nesting that multiplies. */
const LONGEST_MS = 1_000;

const SILENT = new Set(['ack', 'nack', 'reject', 'extend']);

/** What goes wrong without a client's being able to do anything about it: not by a frame, when nothing fails. */
const OUR_FAULT = new Set(['internal', 'unavailable']);

function timed<T>(run: () => T): T {
  const began = performance.now();
  const result = run();
  expect(performance.now() - began).toBeLessThan(LONGEST_MS);
  return result;
}

/** @param bytes the length of the frame as it is sent: JSON.stringify cannot write a payload as deep as it may be. */
function expectProtocol(frame: ServerFrame, bytes: number): void {
  expect(bytes).toBeLessThanOrEqual(FRAME_BYTES);
  expect(serverFrameSchema.safeParse(frame).error).toBeUndefined();
  if (frame.type === 'error') expect(OUR_FAULT).not.toContain(frame.code);
}

it(
  'The parser understands a frame or says what is wrong with it, whatever arrives',
  () => {
    fc.assert(
      fc.property(anyFrame, (text) => {
        const parsed = timed(() => parseRequest(text));
        if ('request' in parsed) return;
        expect(ERROR_CODES).toContain(parsed.error.code);
        expect(['invalid', 'unknown_action']).toContain(parsed.error.code);
        expect(parsed.error.message).not.toMatch(/undefined|\[object|NaN|Invalid input|^$/);
      }),
      { numRuns: FRAMES },
    );
  },
  60_000 + FRAMES * 5,
);

it(
  'Every route answers with a frame of the protocol, whatever came before, and nobody else is harmed',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyFrame, { minLength: SEQUENCE, maxLength: SEQUENCE, size: 'max' }), async (texts) => {
        const world = createWorld();
        const bystander = await world.connect('bob');
        await bystander.request({ action: 'subscribe', queue: 'kept' });
        const vandal = await world.connect('alice');
        for (const text of texts) {
          const began = performance.now();
          const { reply, wakeUps = [] } = await world.say(vandal, text);
          for (const wakeUp of wakeUps) await world.wakeUps.send(wakeUp, 0);
          await world.pump();
          expect(performance.now() - began).toBeLessThan(LONGEST_MS);
          const parsed = parseRequest(text);
          if (reply !== undefined) expectProtocol(reply, Buffer.byteLength(encodeReply(reply)));
          else expect('request' in parsed && SILENT.has(parsed.request.action) && parsed.ref === undefined).toBe(true);
          if (reply !== undefined && parsed.ref !== undefined) expect(reply).toMatchObject({ ref: parsed.ref });
          const sent = world.pusher.sent.filter(({ connection }) => connection === vandal.connection);
          for (const [index, frame] of vandal.take().entries()) expectProtocol(frame, sent[index]?.frame.length ?? 0);
        }
        expect(world.reports.filter(({ what }) => what === 'a request failed')).toEqual([]);
        expect(world.failures).toEqual([]);
        await vandal.request({ action: 'publish', queue: 'kept', event: 'after', payload: 'all that' });
        expect(bystander.take()).toContainEqual(
          expect.objectContaining({ queue: 'kept', messages: [expect.objectContaining({ payload: 'all that' })] }),
        );
        expect(Object.prototype).not.toHaveProperty('seq');
      }),
      { numRuns: Math.ceil(FRAMES / SEQUENCE) },
    );
  },
  60_000 + FRAMES * 10,
);
