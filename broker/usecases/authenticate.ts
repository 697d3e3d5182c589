import { speaksFor } from '../access/clientPattern';
import type { Credentials, Ports } from '../ports';
import { ProtocolError } from '../protocol/errors';
import type { RequestOf } from '../protocol/requests';
import type { Caller, Handler, Outcome } from './outcome';
import { sendAhead } from './wakeAhead';
import { armExpiry } from './withdraw';

/** A new credential is stored within this time after it was checked. Milliseconds. */
const STORED_MS = 10_000;

/**
 * Lets a connection go on with another credential of the same client.
 *
 * @param credentials left out: there is no access control, and any credential will do.
 */
export const authenticate =
  (credentials?: Credentials): Handler<'auth'> =>
  async (ports, caller, request) => {
    if (credentials !== undefined) return renew(ports, caller, request, credentials);
    return { reply: { type: 'authenticated', ref: request.ref, clientId: caller.client } };
  };

async function renew(
  ports: Ports,
  caller: Caller,
  request: RequestOf<'auth'>,
  credentials: Credentials,
): Promise<Outcome> {
  const { client: pattern, ...access } = await credentials.verify(request.token, ports.clock.now());
  const { client } = caller;
  if (!speaksFor(pattern, client))
    throw new ProtocolError(
      'forbidden',
      `token must be of ${client}, whose connection this is: yours speaks for ${pattern}`,
      'token',
    );
  // Armed before the credential is stored, so that no stored credential outlives its expiry unseen.
  await armExpiry(ports, caller.connection, access, STORED_MS);
  // The connection may read more or less than before, so attach it again, as a new connection, but without a greeting.
  const wakeUp = await sendAhead(ports, { kind: 'welcome', connection: caller.connection });
  if (!(await ports.connections.renew(caller.connection, access)))
    throw new ProtocolError('unauthenticated', 'this connection is not known any more: connect again');
  const { expiresAt } = access;
  return {
    reply: {
      type: 'authenticated',
      ref: request.ref,
      clientId: client,
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    },
    wakeUps: [wakeUp],
  };
}
