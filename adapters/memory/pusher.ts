import type { ConnectionId } from '../../broker/model/names';
import type { Pushed, Pusher } from '../../broker/ports';

/** A pusher that keeps what it is given. Every connection takes frames until a test says otherwise. */
export interface RecordingPusher extends Pusher {
  /** All frames that were sent, as they were encoded. */
  readonly sent: { readonly connection: ConnectionId; readonly frame: Uint8Array }[];
  readonly closed: { readonly connection: ConnectionId; readonly code: number; readonly reason: string }[];
  /** What pushes to this connection answer from now on. */
  answer(connection: ConnectionId, outcome: Pushed['outcome']): void;
  /** The frames sent to a connection, parsed. */
  framesOf(connection: ConnectionId): unknown[];
  /** As `framesOf`, and forgets them. */
  takeFrames(connection: ConnectionId): unknown[];
}

export function recordingPusher(): RecordingPusher {
  const sent: RecordingPusher['sent'] = [];
  const closed: RecordingPusher['closed'] = [];
  const outcomes = new Map<ConnectionId, Pushed['outcome']>();
  const decoder = new TextDecoder();
  const framesOf = (connection: ConnectionId): unknown[] =>
    sent.filter((one) => one.connection === connection).map(({ frame }) => JSON.parse(decoder.decode(frame)));
  return {
    sent,
    closed,
    push: async (connection, frames) => {
      const outcome = outcomes.get(connection) ?? 'sent';
      if (outcome !== 'sent') return { outcome, sent: 0 };
      for (const frame of frames) sent.push({ connection, frame });
      return { outcome, sent: frames.length };
    },
    isFull: (connection) => outcomes.get(connection) === 'full',
    close: async (connection, code, reason) => {
      closed.push({ connection, code, reason });
      outcomes.set(connection, 'gone');
    },
    answer: (connection, outcome) => void outcomes.set(connection, outcome),
    framesOf,
    takeFrames: (connection) => {
      const frames = framesOf(connection);
      sent.splice(0, sent.length, ...sent.filter((one) => one.connection !== connection));
      return frames;
    },
  };
}
