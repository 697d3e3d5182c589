import { NoWebSocket } from './errors';
import type { Refusal } from './refusal';

/** The fields of a WebSocket event; each kind of event has some of them. */
export interface SocketEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
}

/** A WebSocket, as far as the client uses it: that of a browser, of Node 22 and later, or of `ws`. */
export interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  /** Ends the connection without waiting for the other side. */
  terminate?(): void;
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: SocketEvent) => void): void;
  /** Reports a refused handshake, as `ws` does. The WebSocket of a platform does not say why. */
  on?(type: 'unexpected-response', listener: (request: unknown, refusal: Refusal) => void): unknown;
}

/** Makes one. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

// In a variable, so that bundlers for browsers do not look for the package.
const WS = 'ws';

/**
 * The WebSocket of the platform, or else that of the package `ws`.
 *
 * @throws NoWebSocket
 */
export async function findWebSocket(): Promise<WebSocketConstructor> {
  if (typeof globalThis.WebSocket === 'function') return globalThis.WebSocket;
  try {
    const { WebSocket } = await import(/* webpackIgnore: true */ /* @vite-ignore */ WS);
    return WebSocket;
  } catch (cause) {
    throw new NoWebSocket('there is no WebSocket here: install the package ws, or pass it as the option webSocket', {
      cause,
    });
  }
}
