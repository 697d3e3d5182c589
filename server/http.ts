import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { hangUp } from './hangUp';

const HINT = 'This is Holdfast: connect to it with a WebSocket, such as npx wscat -c ws://HOST:PORT?clientId=NAME\n';

/**
 * Answers plain HTTP requests: `GET /healthz` says whether the store works, by 200 or 503, and `/` says what this
 * server is. There is nothing else. No request may have a body, and none is read.
 */
export const answerHttp =
  (isHealthy: () => Promise<boolean>): RequestListener =>
  (request, response) => {
    // Close after each answer: keeping the connection open for a next request is not worth it.
    response.setHeader('connection', 'close');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('cache-control', 'no-store');
    if (hasBody(request)) return end(response, 413, 'No request takes a body.\n');
    const path = (request.url ?? '/').split('?', 1)[0];
    if (path !== '/' && path !== '/healthz') return end(response, 404, 'There is nothing here but /healthz.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return end(response, 405, 'GET and HEAD are all that is answered.\n');
    }
    if (path === '/healthz') return void tellHealth(response, isHealthy);
    response.setHeader('upgrade', 'websocket');
    end(response, 426, HINT);
  };

/** Whether a request asks to go over to WebSocket, be it among other protocols. */
export const asksForWebSocket = ({ headers }: IncomingMessage): boolean =>
  (headers.upgrade ?? '').split(',').some((protocol) => protocol.trim().toLowerCase() === 'websocket');

/**
 * Answers a request that asks to go over to protocols that are not spoken here as if it did not, as a server may (RFC
 * 9110, 7.8): HTTP clients that know HTTP/2 ask for that.
 *
 * @param request by the event `upgrade`: its socket is not Node's to answer any more.
 */
export function answerAsPlain(request: IncomingMessage, answer: RequestListener): void {
  const { socket } = request;
  const response = new ServerResponse(request);
  try {
    response.assignSocket(socket);
  } catch {
    // The request before it is being answered, and that answer is the last on this connection.
    return;
  }
  response.once('finish', () => {
    response.detachSocket(socket);
    hangUp(socket);
  });
  answer(request, response);
}

/** Whether a request announces a body; without that it has none (RFC 9112, 6.3). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;

async function tellHealth(response: ServerResponse, isHealthy: () => Promise<boolean>): Promise<void> {
  const healthy = await isHealthy();
  const text = `${JSON.stringify({ status: healthy ? 'ok' : 'unavailable' })}\n`;
  end(response, healthy ? 200 : 503, text, 'application/json');
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
