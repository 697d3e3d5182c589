import type { Socket } from 'node:net';

const STATUS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const;

/** How long the other side has to read the answer and to close. Milliseconds. */
const LINGER_MS = 1_000;

/**
 * Answers a handshake with a refusal, and ends its socket. Node no longer closes an upgraded socket by itself: a client
 * that neither reads nor closes would keep it for ever.
 *
 * @param status of HTTP.
 * @param message for people, one line.
 */
export function refuse(socket: Socket, status: keyof typeof STATUS, message: string): void {
  const body = `${message}\n`;
  const asks = status === 401 ? 'www-authenticate: Bearer\r\n' : '';
  const head = `HTTP/1.1 ${status} ${STATUS[status]}\r\n${asks}content-type: text/plain; charset=utf-8\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  // Read on, or the close of the other side would go unnoticed. If the socket were destroyed at once, the answer might
  // be lost.
  socket.resume();
  const cut = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(cut));
}
