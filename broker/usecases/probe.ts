import type { Client } from '../model/connection';
import { OPENING_MS } from '../model/limits';
import type { Ports } from '../ports';
import { encodeFrame } from '../protocol/encode';
import { letGo } from './letGo';

/** How many are asked at a time, lest one connect costs a push to each of very many. */
const ASKED = 50;

/** Not an answer to anything: clients pass over it, as RFC 6455 (section 5.5.3) has it for the pong of WebSocket. */
const SIGN = encodeFrame({ type: 'pong' });

/**
 * Sends a sign to connections of a client, those that have lasted longest, and lets go of the ones that turn out to be
 * gone: their end may not have been seen, for AWS tells of it at best effort (API Gateway, "$disconnect route").
 *
 * @returns how many were let go of.
 * @throws Unavailable it is not known of one whether it is there.
 */
export async function letGoOfGone(ports: Ports, { client, connections }: Client): Promise<number> {
  const now = ports.clock.now();
  const oldest = connections
    .filter(({ connectedAt }) => now - connectedAt >= OPENING_MS)
    .sort((a, b) => a.connectedAt - b.connectedAt)
    .slice(0, ASKED);
  const pushed = await Promise.all(oldest.map(({ connection }) => ports.pusher.push(connection, [SIGN])));
  const gone = oldest.filter((_, index) => pushed[index]?.outcome === 'gone');
  await Promise.all(gone.map((connection) => letGo(ports, client, connection)));
  return gone.length;
}
