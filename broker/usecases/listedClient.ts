import type { Client } from '../model/connection';
import type { Ports } from '../ports';
import type { ListedClient } from '../protocol/frames';
import { fitting, ITEMS_BYTES } from './fitting';
import { summarize } from './welcome';

/** Bytes of a listed client beside its subscriptions: its name, and each of its connections. */
const BESIDE = 256;
const EACH_CONNECTION = 128;

/** A client as `list` tells it: with as many of its subscriptions as fit a frame that holds nothing else. */
export async function listedClient(
  ports: Ports,
  { client, connections, subscriptions }: Client,
): Promise<ListedClient> {
  const room = ITEMS_BYTES - BESIDE - connections.length * EACH_CONNECTION;
  return {
    clientId: client,
    connected: connections.length > 0,
    connections: connections.map(({ connection, connectedAt }) => ({
      connectionId: connection,
      connectedAt: new Date(connectedAt).toISOString(),
    })),
    subscriptions: [...fitting(await summarize(ports, subscriptions), room)],
  };
}
