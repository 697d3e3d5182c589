import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { admitsOrigin, FRAME_BYTES, SUBPROTOCOL } from '../broker';
import type { Admit, Admitted } from './admission';
import { answerAsPlain, answerHttp, asksForWebSocket, hasBody } from './http';
import { refuse } from './refuse';

/** Called for each connection. */
export type OnConnection = (webSocket: WebSocket, socket: Socket, admitted: Admitted) => void;

/** A port that is listened on. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; open ones stay. */
  close(): Promise<void>;
}

/** Where to listen, and whom to admit. */
export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Which pages may connect: see `admitsOrigin`. */
  readonly origins: readonly string[];
  /** Milliseconds that a request may take to arrive. */
  readonly patience?: number;
  /** About how many TCP connections are accepted. More would use up the file descriptors of the process. */
  readonly most: number;
  /** Whether no more connections can be taken at present. */
  isFull(): boolean;
  isHealthy(): Promise<boolean>;
  readonly admit: Admit;
}

const PATIENCE_MS = 10_000;

/** Room for connections that are in their handshake, or only ask for the health. */
const STRANGERS = 200;

/**
 * Into how many parts a message may be divided, and in how many pieces a part may arrive. Each costs memory of its own
 * until the message is whole, however small it is. A frame of 32 KB arrives in some 25 pieces, and is not divided by
 * most clients.
 */
const PARTS = 64;
const PIECES = 1_024;

const FULL = 'there are as many connections as the server takes: try again later';

const CLOSING = 'the server is shutting down: connect again in a moment';

/** How long HTTP requests have to be answered while the server closes. Milliseconds. */
const ANSWER_MS = 1_000;

/** Listens for WebSocket connections, and answers plain HTTP requests. */
export async function listen(on: ListenOptions, onConnection: OnConnection): Promise<Listener> {
  const patience = on.patience ?? PATIENCE_MS;
  const answer = answerHttp(on.isHealthy);
  const server = createServer(
    { headersTimeout: patience, requestTimeout: patience, connectionsCheckingInterval: patience / 10 },
    answer,
  );
  if (Number.isFinite(on.most)) server.maxConnections = on.most + STRANGERS;
  // Otherwise Node would tell a client that announces a body to send it.
  server.on('checkContinue', answer);
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES,
    maxFragments: PARTS,
    maxBufferedChunks: PIECES,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  let isClosing = false;
  /** Those whose handshakes are being decided on. */
  const deciding = new Set<Socket>();
  server.on('upgrade', (request, stream, head) => {
    const socket = request.socket;
    // Ignore clients that break off before they are admitted.
    socket.on('error', ignore);
    if (!asksForWebSocket(request)) return answerAsPlain(request, answer);
    if (isClosing) return refuse(socket, 503, CLOSING);
    if (hasBody(request)) return refuse(socket, 400, 'a handshake has no body');
    if (!admitsOrigin(request.headers.origin, on.origins))
      return refuse(socket, 403, 'pages of this origin may not connect: the server is told which may by --origins');
    if (on.isFull()) return refuse(socket, 503, FULL);
    deciding.add(socket);
    void on.admit(request).then((admitted) => {
      if (!deciding.delete(socket) || socket.destroyed) return;
      if (on.isFull()) return refuse(socket, 503, FULL);
      if ('status' in admitted) return refuse(socket, admitted.status, admitted.message);
      socket.off('error', ignore);
      webSockets.handleUpgrade(request, stream, head, (webSocket) => onConnection(webSocket, socket, admitted));
    });
  });
  await listening(server, on);
  const address = server.address() as AddressInfo;
  const close = async () => {
    isClosing = true;
    // Not waited for: who has to be asked about a credential may not answer.
    for (const socket of deciding) refuse(socket, 503, CLOSING);
    deciding.clear();
    const cut = setTimeout(() => server.closeAllConnections(), ANSWER_MS);
    await new Promise((resolve) => server.close(resolve));
    clearTimeout(cut);
  };
  return { port: address.port, close };
}

const listening = (server: Server, { host, port }: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const ignore = (): void => undefined;
