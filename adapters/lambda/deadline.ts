import type { Context } from 'aws-lambda';
import type { Deadline } from '../../broker/ports';

/** What Lambda tells a function of its time. Not every emulator does. */
export type TimeLeft = Partial<Pick<Context, 'getRemainingTimeInMillis'>>;

/**
 * The deadline of a function, which Lambda stops at its time-out wherever it is.
 *
 * @param reserve what must be left for that which is under way to end. Milliseconds.
 * @returns nothing if it is not known.
 */
export const deadlineOf = (context: TimeLeft | undefined, reserve: number): { deadline?: Deadline } =>
  context?.getRemainingTimeInMillis === undefined
    ? {}
    : { deadline: { isNear: () => (context.getRemainingTimeInMillis?.() ?? Infinity) < reserve } };
