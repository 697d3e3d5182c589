import type { ClientId } from '../broker/model/names';
import { ProtocolError } from '../broker/protocol/errors';
import { claimedClient } from '../broker/protocol/handshake';
import { parseRequest } from '../broker/protocol/parse';
import type { RequestOf } from '../broker/protocol/requests';
import { InvalidRequest } from '../client/errors';
import { expectJsonValue } from '../client/payload';

/**
 * A message to publish as a request of the protocol, checked by the same rules.
 *
 * @throws InvalidRequest the payload is no JSON value.
 * @throws ProtocolError a field is not valid.
 */
export function requestOf(message: Readonly<Record<string, unknown>>): RequestOf<'publish'> {
  const parsed = parseRequest(frameOf(message));
  if ('error' in parsed) throw parsed.error;
  if (parsed.request.action !== 'publish') throw new ProtocolError('unknown_action', 'it is not a publish', 'action');
  return parsed.request;
}

function frameOf(message: Readonly<Record<string, unknown>>): string {
  expectJsonValue(message.payload);
  try {
    return JSON.stringify({ ...message, action: 'publish' });
  } catch (cause) {
    throw new InvalidRequest('a payload must be a JSON value', 'payload', { cause });
  }
}

/**
 * The client id that messages are published under.
 *
 * @throws InvalidRequest it is not a valid client id.
 */
export function clientOf(clientId: string): ClientId {
  const client = claimedClient(clientId);
  if (typeof client === 'string') return client;
  throw new InvalidRequest(client?.error ?? 'clientId is missing', 'clientId');
}
