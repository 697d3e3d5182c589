/**
 * The types of a program's queues: for each queue its events, and for each event the type of its payload. Nothing
 * checks at run time that other clients keep to them.
 *
 * ```ts
 * interface Queues {
 *   orders: { created: Order; cancelled: { id: number } };
 * }
 * ```
 */
export type AnyQueues = Record<string, Record<string, unknown>>;

/** The names of the queues. */
export type QueueOf<Q> = keyof Q & string;

/** The names of a queue's events. */
export type EventOf<Q, Queue extends QueueOf<Q>> = keyof Q[Queue] & string;

/** The payload of an event. */
export type PayloadOf<Q, Queue extends QueueOf<Q>, Event extends EventOf<Q, Queue>> = Q[Queue][Event];
