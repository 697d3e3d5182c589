import { EmulatorError } from './run';

const DEFAULT_PORT = 4566;

/**
 * The port that `EMULATOR_PORT` names.
 *
 * @param text empty is as good as none: a script may pass on what it was not given.
 * @throws EmulatorError it is none.
 */
export function portFrom(text: string | undefined): number {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new EmulatorError(`EMULATOR_PORT must be a number from 1 to 65535, not ${JSON.stringify(text)}.`);
  return port;
}
