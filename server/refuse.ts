import type { Socket } from 'node:net';
import { hangUp } from './hangUp';

const STATUS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
} as const;

/**
 * Answers a handshake with a refusal, and ends its socket.
 *
 * @param status of HTTP.
 * @param message for people, one line.
 */
export function refuse(socket: Socket, status: keyof typeof STATUS, message: string): void {
  const body = `${message}\n`;
  const asks = status === 401 ? 'www-authenticate: Bearer\r\n' : '';
  const head = `HTTP/1.1 ${status} ${STATUS[status]}\r\n${asks}content-type: text/plain; charset=utf-8\r\nconnection: close\r\n`;
  hangUp(socket, `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
