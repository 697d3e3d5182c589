import { type FailureCode, type HoldfastError, isHoldfastError } from './errors';

const CODES = ['invalid', 'too_large', 'forbidden'] as const satisfies FailureCode[];
const ABOUT_MESSAGE: ReadonlySet<FailureCode> = new Set(CODES);

/** A refusal for which one message is to blame, though it may be that of a whole frame. */
export type Blame = HoldfastError & { readonly code: (typeof CODES)[number] };

/** Whether a message is to blame for its refusal. */
export const isBlame = (error: unknown): error is Blame => isHoldfastError(error) && ABOUT_MESSAGE.has(error.code);
