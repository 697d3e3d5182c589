import * as z from 'zod/mini';
import { EVERY_EVENT, type EventName, type QueueName } from '../model/names';
import { byteLength } from '../model/utf8';
import { containsEvent, formatPattern, isEverything, type Pattern, parsePattern } from './pattern';

/**
 * What may be granted: to publish, to subscribe, and to see and repair what belongs to others. None implies another.
 */
export const RIGHTS = ['publish', 'subscribe', 'admin'] as const;
export type Right = (typeof RIGHTS)[number];

/** For which events of which queues each right is granted. */
export type Grants = Readonly<Record<Right, readonly Pattern[]>>;

/** Patterns in one credential: they go with every connection. */
const PATTERNS = 100;
/** Bytes of all grants as JSON: what a Lambda authorizer answers is at most 8 KB (API Gateway's quotas). */
const BYTES = 4_096;

const pattern = z.pipe(
  z.string(),
  z.transform((text: string, { issues }): Pattern => {
    const parsed = parsePattern(text);
    if (!('error' in parsed)) return parsed;
    issues.push({ code: 'custom', input: text, message: parsed.error });
    return z.NEVER;
  }),
);

const patterns = z._default(z.array(pattern), []);

/**
 * Grants as a token or a key states them: `{"publish":["orders/*"],"subscribe":["*"]}`. A right left out is not
 * granted. Anything unknown is refused, so that a misspelt right is noticed.
 */
export const grantsSchema = z.strictObject({ publish: patterns, subscribe: patterns, admin: patterns }).check(
  z.refine((grants) => RIGHTS.reduce((count, right) => count + grants[right].length, 0) <= PATTERNS, {
    error: `must be at most ${PATTERNS} patterns`,
  }),
  z.refine((grants) => byteLength(formatGrants(grants)) <= BYTES, {
    error: `must be at most ${BYTES} bytes as JSON`,
  }),
);

/** Nothing at all. */
export const NO_GRANTS: Grants = { publish: [], subscribe: [], admin: [] };

/** Grants as JSON, in the form that {@link parseGrants} reads. */
export const formatGrants = (grants: Grants): string => JSON.stringify(statedGrants(grants));

/** Grants as they are stated: each right with the texts of its patterns. */
export const statedGrants = (grants: Grants): Record<Right, string[]> => ({
  publish: grants.publish.map(formatPattern),
  subscribe: grants.subscribe.map(formatPattern),
  admin: grants.admin.map(formatPattern),
});

/** @throws Error it is not what {@link formatGrants} wrote. */
export const parseGrants = (text: string): Grants => grantsSchema.parse(JSON.parse(text));

/**
 * Whether a right is granted for an event of a queue.
 *
 * @param event `*`: for every event. One pattern must contain them all; several patterns that do so together are not
 * enough.
 */
export const isGranted = (grants: Grants, right: Right, queue: QueueName, event: EventName): boolean =>
  grants[right].some((granted) => containsEvent(granted, queue, event));

/** Whether a right is granted for every event of a queue. */
export const isGrantedWholly = (grants: Grants, right: Right, queue: QueueName): boolean =>
  isGranted(grants, right, queue, EVERY_EVENT);

/** Whether a right is granted for every queue there is or will be. */
export const isGrantedEverywhere = (grants: Grants, right: Right): boolean => grants[right].some(isEverything);
