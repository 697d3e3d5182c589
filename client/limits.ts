/** Bytes of a frame; a larger one would be answered with the end of the connection. */
export const FRAME_BYTES = 32_768;

/** Room for what a frame has beside its messages: the queue's name, escaped, is the most of it. */
export const ENVELOPE_BYTES = 1_024;

/** Messages of one frame at most. */
export const MESSAGES = 100;

/** The largest number of seqs that one frame may name. */
export const SEQS = 1_000;
