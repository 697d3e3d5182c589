/**
 * The code of a system call's error, such as ENOENT. (`instanceof Error` may not hold: Jest has an Error of its own.)
 */
export const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
