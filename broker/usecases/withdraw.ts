import { type Access, hasExpired, type KeyId } from '../access/identity';
import type { ConnectionId, Time } from '../model/names';
import type { Ports } from '../ports';
import { type Closing, CREDENTIAL_EXPIRED, CREDENTIAL_REVOKED } from '../protocol/closing';
import { dismiss } from './dismiss';
import { eachApart } from './eachApart';

const SECOND = 1_000;

/** Why a connection must end, if it must: its credential has expired, or its key was revoked. */
export async function withdrawalOf(ports: Ports, access: Access | undefined): Promise<Closing | undefined> {
  if (access === undefined) return undefined;
  if (hasExpired(access, ports.clock.now())) return CREDENTIAL_EXPIRED;
  const isRevoked = access.key !== undefined && (await ports.keys.get(access.key)) === undefined;
  return isRevoked ? CREDENTIAL_REVOKED : undefined;
}

/**
 * Arms a wake-up that ends a connection when its credential expires.
 *
 * @param notBefore milliseconds from now; the wake-up comes no sooner.
 */
export async function armExpiry(
  ports: Ports,
  connection: ConnectionId,
  { expiresAt }: Access,
  notBefore = 0,
): Promise<void> {
  if (expiresAt === undefined) return;
  const left = Math.max(expiresAt - ports.clock.now(), notBefore);
  // SQS delays by whole seconds, rounded down: a fraction would fire early each time.
  await ports.wakeUps.send({ kind: 'expiry', connection, expiresAt }, Math.ceil(left / SECOND) * SECOND);
}

/** Ends a connection whose credential has expired; looks again later if it has not. */
export async function endIfExpired(ports: Ports, id: ConnectionId, expiresAt: Time): Promise<void> {
  const connection = await ports.connections.get(id, ports.clock.now());
  if (connection?.access === undefined) return;
  if (hasExpired(connection.access, ports.clock.now())) await dismiss(ports, connection, CREDENTIAL_EXPIRED);
  // If the credential was renewed meanwhile, the renewal armed a wake-up of its own.
  else if (connection.access.expiresAt === expiresAt) await armExpiry(ports, id, connection.access);
}

/**
 * Ends the connections of a key, if it was revoked. Near the deadline, those that are left are left to a further
 * wake-up.
 *
 * @throws what a dependency threw: the wake-up is to be repeated. All other connections were ended before, or are left
 * to that repetition: if it also sent a further wake-up, they would become ever more.
 */
export async function endRevoked(ports: Ports, key: KeyId): Promise<void> {
  if ((await ports.keys.get(key)) !== undefined) return;
  const connections = await ports.connections.ofKey(key);
  const { begun, failures } = await eachApart(ports, connections, async (id) => {
    const connection = await ports.connections.get(id, ports.clock.now());
    // The connection may have been given another credential meanwhile.
    if (connection?.access?.key === key) await dismiss(ports, connection, CREDENTIAL_REVOKED);
  });
  if (failures[0] !== undefined) throw failures[0].error;
  if (begun < connections.length) await ports.wakeUps.send({ kind: 'revocation', key }, 0);
}
