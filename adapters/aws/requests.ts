import { NodeHttpHandler } from '@smithy/node-http-handler';

/** How long to wait for a connection to AWS. Milliseconds. */
const CONNECT_MS = 1_000;

/**
 * How a client of AWS sends its requests: over connections that are kept open, and giving up soon enough for its caller
 * to answer.
 *
 * @param answerMs how long to wait for an answer to begin, and then for more of it, in milliseconds.
 * @param sockets how many connections to keep open at most.
 */
export function requests(answerMs: number, sockets: number): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets: sockets };
  return new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    requestTimeout: answerMs,
    // Ends once an answer has begun: from then on its parts may come no further apart.
    socketTimeout: answerMs,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  });
}
