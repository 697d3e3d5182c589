import type { FrameOf, ServerFrame } from '../../../broker';
import { QUEUE } from './world';

/** Of frames that arrived, those of one type. */
export const ofType = <T extends ServerFrame['type']>(frames: readonly ServerFrame[], type: T): FrameOf<T>[] =>
  frames.filter((frame): frame is FrameOf<T> => frame.type === type);

/** What was delivered, in short: `seq:attempt`. */
export const delivered = (frames: readonly ServerFrame[]): string[] =>
  ofType(frames, 'messages').flatMap(({ messages }) => messages.map(({ seq, attempt }) => `${seq}:${attempt}`));

/** The message frames in short: `from-next` of first deliveries, `again` of others. */
export const joints = (frames: readonly ServerFrame[]): string[] =>
  ofType(frames, 'messages').map(({ from, next }) => (from === undefined ? 'again' : `${from}-${next}`));

/** The gaps in short: `from-to`. */
export const gaps = (frames: readonly ServerFrame[]): string[] =>
  ofType(frames, 'gap').map(({ from, to }) => `${from}-${to}`);

/** A request that publishes so many messages. */
export const publish = (count: number, event = 'add') => ({
  action: 'publish',
  ref: 'publish',
  queue: QUEUE,
  messages: Array.from({ length: count }, (_, index) => ({ event, payload: index })),
});
