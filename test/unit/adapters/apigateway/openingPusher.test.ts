import { OpeningPusher } from '../../../../adapters/apigateway';
import { recordingPusher } from '../../../../adapters/memory';
import type { ConnectionId } from '../../../../broker';

const OPENING = 'opening' as ConnectionId;
const OTHER = 'other' as ConnectionId;
const FRAMES = [new TextEncoder().encode('{}')];

/** A connection that opens during the n-th pause. */
function opensAfter(pauses: number) {
  const recording = recordingPusher();
  recording.answer(OPENING, 'gone');
  const paused: number[] = [];
  const pusher = new OpeningPusher(recording, OPENING, async (ms) => {
    paused.push(ms);
    if (paused.length === pauses) recording.answer(OPENING, 'sent');
  });
  return { pusher, recording, paused };
}

it('waits a moment for the connection to open', async () => {
  const { pusher, paused } = opensAfter(2);
  expect(await pusher.push(OPENING, FRAMES)).toEqual({ outcome: 'sent', sent: 1 });
  expect(paused).toHaveLength(2);
});

it('does not wait for one that is open', async () => {
  const { pusher, recording, paused } = opensAfter(1);
  recording.answer(OPENING, 'sent');
  expect(await pusher.push(OPENING, FRAMES)).toMatchObject({ outcome: 'sent' });
  expect(paused).toEqual([]);
});

it('gives up after a few tries within a second, and leaves it to a wake-up', async () => {
  const { pusher, paused } = opensAfter(Infinity);
  expect(await pusher.push(OPENING, FRAMES)).toEqual({ outcome: 'gone', sent: 0 });
  expect(paused.reduce((sum, ms) => sum + ms)).toBeLessThan(1_000);
  expect(await pusher.push(OPENING, FRAMES)).toMatchObject({ outcome: 'gone' });
  expect(paused).toHaveLength(3);
});

it('believes it when the connection goes again after it was open', async () => {
  const { pusher, recording, paused } = opensAfter(1);
  await pusher.push(OPENING, FRAMES);
  recording.answer(OPENING, 'gone');
  expect(await pusher.push(OPENING, FRAMES)).toMatchObject({ outcome: 'gone' });
  expect(paused).toHaveLength(1);
});

it('waits for no other connection', async () => {
  const { pusher, recording, paused } = opensAfter(1);
  recording.answer(OTHER, 'gone');
  expect(await pusher.push(OTHER, FRAMES)).toMatchObject({ outcome: 'gone' });
  expect(paused).toEqual([]);
});

it('closes what it is told to close', async () => {
  const { pusher, recording } = opensAfter(1);
  await pusher.close(OPENING, 4029, 'too many');
  expect(recording.closed).toEqual([{ connection: OPENING, code: 4029, reason: 'too many' }]);
});
