import type { Context } from 'aws-lambda';
import type { Deadline } from '../../broker/ports';

/** How much time Lambda says is left. Not every emulator says it. */
export type TimeLeft = Partial<Pick<Context, 'getRemainingTimeInMillis'>>;

/**
 * The deadline of a function, which Lambda stops at its time-out whatever it is doing.
 *
 * @param reserve the time that work under way needs to end. Milliseconds.
 * @returns nothing if the time-out is not known.
 */
export const deadlineOf = (context: TimeLeft | undefined, reserve: number): { deadline?: Deadline } =>
  context?.getRemainingTimeInMillis === undefined
    ? {}
    : { deadline: { isNear: () => (context.getRemainingTimeInMillis?.() ?? Infinity) < reserve } };
