import * as fc from 'fast-check';
import { FRAME_BYTES, type ServerFrame, serverFrameSchema } from '../../broker';
import { residentMegabytes } from '../server/memory';
import { aServer, connectTo } from '../server/own';
import { anyFrame, FRAMES } from './frames';

const SEQUENCE = 500;

/** What the store grows by, and what the process has not given back: far less than what was sent. */
const GROWTH_MB = 150;

const fits = (text: string) => Buffer.byteLength(text) <= FRAME_BYTES;

it(
  'A server that is sent anything at all answers in the protocol, complains of nothing and stays small',
  async () => {
    const server = await aServer();
    const bystander = await connectTo(server, 'bob');
    await bystander.subscribe('kept');
    let before: number | undefined;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyFrame.filter(fits), fc.integer({ max: 20, min: 0 })), {
          minLength: SEQUENCE,
          maxLength: SEQUENCE,
          size: 'max',
        }),
        async (frames) => {
          const vandal = await connectTo(server, 'alice');
          for (const [text, kind] of frames) vandal.socket.send(kind === 0 ? Buffer.from(text) : text);
          expect(await vandal.request({ action: 'ping' })).toMatchObject({ type: 'pong' });
          for (const frame of vandal.received) {
            const { error, data } = serverFrameSchema.safeParse(frame);
            expect(error).toBeUndefined();
            expect(faultOf(data)).toBeUndefined();
          }
          await vandal.close();
          before ??= residentMegabytes(server);
        },
      ),
      { numRuns: Math.ceil(FRAMES / SEQUENCE) },
    );
    expect((residentMegabytes(server) ?? 0) - (before ?? 0)).toBeLessThan(GROWTH_MB);
    expect(server.complaints()).toBe('');
    await bystander.publish('kept', 'after', 'all that');
    expect(await bystander.receive('kept', 1)).toMatchObject([{ payload: 'all that' }]);
  },
  60_000 + FRAMES * 10,
);

/** No frame makes the server fail. */
const faultOf = (frame: ServerFrame | undefined): string | undefined =>
  frame?.type === 'error' && (frame.code === 'internal' || frame.code === 'unavailable') ? frame.message : undefined;
