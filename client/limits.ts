/** Bytes of a frame. A larger one would end the connection. */
export const FRAME_BYTES = 32_768;

/** Room in a frame beside its messages, mostly for the escaped name of the queue. */
export const ENVELOPE_BYTES = 1_024;

/** Messages of one frame at most. */
export const MESSAGES = 100;

/** The largest number of seqs that one frame may name. */
export const SEQS = 1_000;
