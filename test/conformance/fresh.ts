import { randomBytes } from 'node:crypto';

const unique = () => randomBytes(6).toString('hex');

/** A queue name nobody used before, so that no test sees another's messages, whatever the store holds. */
export const aQueue = (label = 'Database Events'): string => `${label} ${unique()}`;

/** A client id nobody used before. */
export const aClient = (label = 'billing'): string => `${label}-${unique()}`;

/** Matches a time of the protocol. */
export const aTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

/** Matches a text that says something. */
export const aText: unknown = expect.stringMatching(/./);
