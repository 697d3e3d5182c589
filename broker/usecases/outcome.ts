import type { Access } from '../access/identity';
import type { ClientId, ConnectionId } from '../model/names';
import type { Ports, WakeUp } from '../ports';
import type { ServerFrame } from '../protocol/frames';
import type { Action, RequestOf } from '../protocol/requests';

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

/** Answers the requests of an action. */
export type Handler<A extends Action> = (ports: Ports, caller: Caller, request: RequestOf<A>) => Promise<Outcome>;

/** What answers each action. One that is left out is not served here. */
export type Handlers = { readonly [A in Action]?: Handler<A> };

/** What answers every action there is. */
export type AllHandlers = Required<Handlers>;
