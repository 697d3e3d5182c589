import { InvalidArgumentError } from 'commander';
import ms from 'ms';
import type { Bounds } from '../broker/model/limits';

/**
 * Reads the value of an option that is a duration, such as `36h`, as milliseconds.
 *
 * @param range how the error message states the bounds; left out where they are obvious.
 * @throws InvalidArgumentError (the returned function) it is no duration, or out of bounds.
 */
export const duration = ({ least, most }: Bounds, range?: string) => {
  const expected = `It must be a duration such as 36h or 7d${range === undefined ? '' : `, ${range}`}.`;
  return (text: string): number => {
    // A number without a unit would be milliseconds, which nobody means here.
    const value = /^\d+(\.\d+)?\s?[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
    if (value === undefined || !(value >= least && value <= most)) throw new InvalidArgumentError(expected);
    return value;
  };
};
