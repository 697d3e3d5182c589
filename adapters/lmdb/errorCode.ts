/**
 * The code of a system call's error, such as ENOENT. (`instanceof Error` may not hold: Jest has an Error of its own.)
 */
export const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** The message of an error, or the text of what else was thrown. */
export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
