/** How long to wait for a connection to AWS. Milliseconds. */
const CONNECT_MS = 1_000;

/**
 * How a client of AWS sends its requests: over connections that are kept open, and giving up soon enough for its caller
 * to answer.
 *
 * @param answerMs how long to wait for an answer, in milliseconds.
 * @param sockets how many connections to keep open at most.
 */
export function requests(answerMs: number, sockets: number) {
  const agent = { keepAlive: true, maxSockets: sockets };
  return {
    connectionTimeout: CONNECT_MS,
    requestTimeout: answerMs,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}

/**
 * For every client: its chain of middleware is put together once, not for each request. Who adds to it does so before
 * the first.
 */
export const once = { cacheMiddleware: true };

/**
 * Spares a client what nobody reads, a tenth of the work that a request takes: its logger looks through each request and
 * answer for what must not be logged, and its user agent is put together for each.
 */
export function lean<Client extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  client.middlewareStack.remove('getUserAgentMiddleware');
  return client;
}
