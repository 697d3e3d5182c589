import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ClientId, claimedClient, FRAME_BYTES, SUBPROTOCOL } from '../broker';

/** Called for each connection; `client` is undefined if it gave no name. */
export type OnConnection = (webSocket: WebSocket, socket: Socket, client: ClientId | undefined) => void;

/** The port as it is listened on. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; those there are stay. */
  close(): Promise<void>;
}

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

/** Listens for WebSocket connections. Anything else is told what this is. */
export async function listen(host: string, port: number, onConnection: OnConnection): Promise<Listener> {
  const server = createServer((_request, response) => {
    response.writeHead(426, { ...PLAIN, upgrade: 'websocket' });
    response.end(
      'This is Holdfast: connect to it with a WebSocket, such as npx wscat -c ws://HOST:PORT?clientId=NAME\n',
    );
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  server.on('upgrade', (request, stream, head) => {
    const socket = request.socket;
    const client = clientOf(request);
    if (client !== undefined && typeof client !== 'string') return refuse(socket, client.error);
    webSockets.handleUpgrade(request, stream, head, (webSocket) => onConnection(webSocket, socket, client));
  });
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

function clientOf({ url = '/' }: IncomingMessage): ReturnType<typeof claimedClient> {
  const query = url.indexOf('?');
  return claimedClient(query < 0 ? null : new URLSearchParams(url.slice(query)).get('clientId'));
}

function refuse(socket: Socket, message: string): void {
  const body = `${message}\n`;
  const head = `HTTP/1.1 400 Bad Request\r\ncontent-type: ${PLAIN['content-type']}\r\nconnection: close\r\n`;
  socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
