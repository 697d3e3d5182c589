import { destination, pino } from 'pino';
import type { Reporter } from '../../broker/ports';

/**
 * Reports as lines of JSON.
 *
 * @param level the least that is reported: `debug`, `info`, `warn`, `error`, or `silent`.
 * @param descriptor of the file to write to: 1 is standard output, 2 standard error.
 */
export function pinoReporter(level: string, descriptor: 1 | 2): Reporter {
  const logger = pino({ level, base: null }, destination({ fd: descriptor, sync: true }));
  return {
    warn: (what, { error, ...details }) =>
      logger.warn({ ...details, ...(error === undefined ? {} : { err: error }) }, what),
  };
}
