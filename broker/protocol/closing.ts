/** Why the server closes a connection, as said in `goodbye` and, where the platform can, in the closing code. */
export interface Closing {
  /** 4000–4099: do not reconnect. 4100–4199: reconnect with back-off. 4200–4299: reconnect at once. */
  readonly code: number;
  readonly reason: string;
}

/** Sent by a server that is asked to end; the client reconnects with back-off until it is there again. */
export const SHUTTING_DOWN: Closing = { code: 4100, reason: 'the server is shutting down' };
/** Sent to a connection that has lasted as long as one may; the client reconnects at once. */
export const LIFETIME_OVER: Closing = { code: 4200, reason: 'the connection has reached its maximum lifetime' };
/** Sent to a connection whose token or key has expired; the client connects again only with another. */
export const CREDENTIAL_EXPIRED: Closing = {
  code: 4001,
  reason: 'your credential has expired: connect again with another',
};
/** Sent to a connection whose key was revoked; the client connects again only with another. */
export const CREDENTIAL_REVOKED: Closing = {
  code: 4001,
  reason: 'your credential was revoked: connect again with another',
};
/** Sent to one connection more than a client may have; the client does not try again. */
export const tooManyConnections = (limit: number): Closing => ({
  code: 4029,
  reason: `this client has ${limit} connections already: close one before opening another`,
});

/** A connection that a push found gone. */
export const GONE: Closing = { code: 4101, reason: 'the connection was found to be gone' };

/** Whether a client that was told this code should connect again. */
export const shouldReconnect = (code: number): boolean => code >= 4100;
