import WebSocket from 'ws';
import type { Action, Frame, Replies, Request } from '../../conformance/frames';
import { isOf, isReplyTo } from '../../conformance/frames';

/** The connection ended before the answer came: what was asked for may have been done or not. */
export class Lost extends Error {
  override readonly name = 'Lost';
}

interface Asked {
  readonly take: (frame: Frame) => void;
  readonly lose: () => void;
}

/** A connection that may break at any moment. */
export class Line {
  /** Settles when the connection is over. */
  readonly over: Promise<void>;
  private readonly asked = new Map<string, Asked>();
  private refs = 0;

  /** @param onFrame told all frames that are no answers, in order. */
  private constructor(
    private readonly socket: WebSocket,
    onFrame: (frame: Frame) => void,
  ) {
    socket.on('message', (data) => {
      const frame: Frame = JSON.parse(String(data));
      const asked = frame.ref === undefined ? undefined : this.asked.get(frame.ref);
      if (asked === undefined) return onFrame(frame);
      this.asked.delete(frame.ref ?? '');
      asked.take(frame);
    });
    this.over = new Promise((resolve) => socket.once('close', () => resolve()));
    void this.over.then(() => {
      for (const { lose } of this.asked.values()) lose();
      this.asked.clear();
    });
  }

  /** @throws Lost nobody answers there. */
  static open(url: string, clientId: string, onFrame: (frame: Frame, line: Line) => void): Promise<Line> {
    const socket = new WebSocket(`${url}?clientId=${clientId}`);
    const line: Line = new Line(socket, (frame) => onFrame(frame, line));
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(line));
      socket.on('error', () => reject(new Lost(`${clientId} could not connect`)));
    });
  }

  send(frame: Record<string, unknown>): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /**
   * @throws Lost
   * @throws Error it was refused.
   */
  ask<A extends Action>(request: Request<A>): Promise<Replies[A]> {
    this.refs += 1;
    const ref = `${this.refs}`;
    return new Promise((resolve, reject) => {
      if (this.socket.readyState !== WebSocket.OPEN) return reject(new Lost('the connection is over'));
      this.asked.set(ref, {
        take: (frame) => {
          if (isReplyTo(request.action, frame)) resolve(frame);
          else reject(new Error(`${JSON.stringify(request)} was answered ${JSON.stringify(frame)}`));
        },
        lose: () => reject(new Lost(`${request.action} was not answered`)),
      });
      this.send({ ...request, ref });
    });
  }

  hangUp(): void {
    this.socket.terminate();
  }
}

/** Lets work end that lost its connection, and nothing else. */
export function unlessLost(error: unknown): void {
  if (!(error instanceof Lost)) throw error;
}

export const isGap = (frame: Frame): boolean => !isOf('messages', frame) && String(frame.type) === 'gap';
