import type { Access } from '../access/identity';
import type { ClientId, ConnectionId } from '../model/names';
import type { Ports, WakeUp } from '../ports';
import type { ServerFrame } from '../protocol/frames';
import type { Request } from '../protocol/requests';

/** Who sent a request. */
export interface Caller {
  readonly client: ClientId;
  readonly connection: ConnectionId;
  /** What it may do. Left out: everything, for there is no access control. */
  readonly access?: Access;
}

/** What came of a request. */
export interface Outcome {
  /** To be sent to the caller; left out where the protocol is silent. */
  readonly reply?: ServerFrame;
  /** To be sent after the reply, so that what is delivered comes after it. */
  readonly wakeUps?: readonly WakeUp[];
}

/**
 * A group of requests.
 *
 * @returns undefined if the request is none of them.
 */
export type Route = (ports: Ports, caller: Caller, request: Request) => Promise<Outcome> | undefined;

/** The reference of a request, as its reply carries it. */
export const refOf = (request: { readonly ref?: string | undefined }): { ref?: string } =>
  request.ref === undefined ? {} : { ref: request.ref };
