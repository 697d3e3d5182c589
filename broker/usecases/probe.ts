import type { Client } from '../model/connection';
import { OPENING_MS } from '../model/limits';
import type { Ports } from '../ports';
import { encodeFrame } from '../protocol/encode';
import { letGo } from './letGo';

/** How many connections are probed for one connect, which must not cost a push to each of very many. */
const ASKED = 50;

/** An unsolicited `pong`, which clients ignore, as RFC 6455 (section 5.5.3) says of the pong of WebSocket. */
const SIGN = encodeFrame({ type: 'pong' });

/**
 * Probes the oldest connections of a client with a frame, and detaches those that are gone. Their end may have been
 * missed, since AWS reports it at best effort (API Gateway, "$disconnect route").
 *
 * @returns how many were detached.
 * @throws Unavailable a probe failed, so that it is not known whether that connection exists.
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
