/**
 * The index of the subscriptions that have connections: keys only, sorted by an attribute that those alone have. A
 * local one, because that can be read consistently, and is not written to as long as the attribute stays as it is.
 */
export const CONNECTED_INDEX = { name: 'connected', sortKey: ['here', 'N'] } as const;
