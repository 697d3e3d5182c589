import { randomBytes } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import type { Running } from './holdfast';

/** Sends bytes as they are to the server's port; what came back until it hung up. */
export function sendRaw({ url }: Pick<Running, 'url'>, ...parts: (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      const next = parts.shift();
      if (next !== undefined) socket.write(next);
    });
    // That it hangs up on us is what is wanted.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    socket.write(parts.shift() ?? '');
  });
}

/** An opening handshake, with more headers where given. */
export const handshake = (query = '?clientId=shop', ...headers: string[]) =>
  [
    `GET /${query} HTTP/1.1`,
    'Host: localhost',
    ...headers,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
