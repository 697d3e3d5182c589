import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import WebSocket from 'ws';
import { FileKeys, newKey } from '../../adapters/keys';
import { clientPattern, grantsSchema, type KeyId } from '../../broker/access';
import { Wire } from '../conformance/wire';

/** Makes a key in a data folder, as `holdfast keys create` does. */
export async function aKey(
  data: string,
  client: string,
  grants: object,
  more: { expiresAt?: number } = {},
): Promise<{ key: KeyId; text: string }> {
  const { key, text, hash } = newKey();
  const known = { client: clientPattern.parse(client), grants: grantsSchema.parse(grants) };
  await new FileKeys(join(data, 'keys')).add({ key, hash, ...known, createdAt: Date.now(), ...more });
  return { key, text };
}

/** Revokes a key, as `holdfast keys revoke` does. */
export const revoke = (data: string, key: KeyId): Promise<boolean> => new FileKeys(join(data, 'keys')).remove(key);

/** What a handshake is made with. */
export interface Handshake {
  readonly clientId?: string;
  /** In the header. */
  readonly bearer?: string;
  /** In the URL. */
  readonly token?: string;
  readonly protocols?: readonly string[];
}

/** What came of a handshake: a connection, or the refusal. */
export type Outcome = Wire | { readonly status: number | undefined; readonly body: string };

/** Tries to connect. */
export async function tryTo(url: string, { clientId, bearer, token, protocols = [] }: Handshake): Promise<Outcome> {
  const target = new URL(url);
  if (clientId !== undefined) target.searchParams.set('clientId', clientId);
  if (token !== undefined) target.searchParams.set('token', token);
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const socket = new WebSocket(target, [...protocols], { headers });
  const wire = new Wire(socket);
  return new Promise<Outcome>((resolve, reject) => {
    socket.once('open', () => resolve(wire));
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.once('end', () => resolve({ status: response.statusCode, body }));
    });
  });
}

/** Connects and waits for the welcome. */
export async function enter(url: string, handshake: Handshake): Promise<Wire> {
  const outcome = await tryTo(url, handshake);
  if (!(outcome instanceof Wire)) throw new Error(`Refused with ${outcome.status}: ${outcome.body}`);
  outcome.welcome = await outcome.next('welcome');
  return outcome;
}

/** Expects a refusal. */
export async function refusalOf(
  url: string,
  handshake: Handshake,
): Promise<{ status: number | undefined; body: string }> {
  const outcome = await tryTo(url, handshake);
  if (outcome instanceof Wire) throw new Error('Let in');
  return outcome;
}
