import type { Socket } from 'node:net';

/** How long the other side has to read the answer and to close. Milliseconds. */
const LINGER_MS = 1_000;

/**
 * Ends the socket of a request that asked for another protocol. Node no longer closes it by itself: a client that
 * neither reads nor closes would keep it for ever.
 *
 * @param last what is still to be sent.
 */
export function hangUp(socket: Socket, last = ''): void {
  socket.end(last);
  // Read on, or the close of the other side would go unnoticed. If the socket were destroyed at once, the answer might
  // be lost.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}
