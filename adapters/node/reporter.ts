import { destination, pino } from 'pino';
import type { Reporter } from '../../broker/ports';

/** Bytes of lines that are kept while the log cannot be written, on a full disk perhaps. What comes then is dropped. */
const KEPT_BYTES = 1024 * 1024;

/** A file of lines, for which nothing fails: to report is never more important than what is reported about. */
function lines(descriptor: 1 | 2) {
  const file = destination({ fd: descriptor, sync: true, maxLength: KEPT_BYTES });
  // Pino's own listener leaves all but a reader that is gone unhandled, which ends the process.
  return file.removeAllListeners('error').on('error', () => undefined);
}

/**
 * Reports as lines of JSON.
 *
 * @param level the least that is reported: `debug`, `info`, `warn`, `error`, or `silent`.
 * @param descriptor of the file to write to: 1 is standard output, 2 standard error.
 */
export function pinoReporter(level: string, descriptor: 1 | 2): Reporter {
  const logger = pino({ level, base: null }, lines(descriptor));
  return {
    warn: (what, { error, ...details }) =>
      logger.warn({ ...details, ...(error === undefined ? {} : { err: error }) }, what),
  };
}
