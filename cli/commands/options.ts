import { InvalidArgumentError, Option } from 'commander';

/** For programs: one JSON object on each line, with the fields of the protocol. */
export const json = (): Option => new Option('--json', 'print JSON, one object on each line');

/** Examples for the end of a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

/** Reads a whole number within a range. */
export const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(
        most === Number.MAX_SAFE_INTEGER
          ? `It must be a whole number from ${least}.`
          : `It must be a whole number from ${least} to ${most}.`,
      );
    return value;
  };

/** Gathers the values of an option that may be given several times. */
export const gathered = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
