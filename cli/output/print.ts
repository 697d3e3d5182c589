import { createColors } from 'picocolors';
import type { Colors } from 'picocolors/types';
import { visible, visibleJson } from '../visible';
import { type Column, drawTable, tabbed } from './table';

/** Colours, if standard output is a terminal that has them; Node reads NO_COLOR, FORCE_COLOR and TERM. */
export const colors: Colors = createColors(process.stdout.isTTY && process.stdout.hasColors());

/** Prints a line; it must be safe to print, see {@link say}. */
export const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/** Says something beside the results, on standard error. It must be safe to print. */
export const note = (line: string): boolean => process.stderr.write(`${line}\n`);

/** Prints a line, and resolves when the reader can take more: a slow reader has to take earlier output first. */
export const written = (line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });

/** A sentence whose values are escaped: say`Published ${seq} to ${queue}.` */
export const say = (parts: TemplateStringsArray, ...values: readonly (string | number)[]): string =>
  String.raw({ raw: parts }, ...values.map((value) => visible(String(value))));

/** Prints a value as JSON on one line. */
export const printJson = (value: unknown): boolean => print(visibleJson(value));

/**
 * Prints a list: as a table on a terminal, with tabs between the columns elsewhere, and with `json` as one JSON object
 * on each line.
 *
 * @param none what to say to people, on standard error, if there is nothing in it.
 */
export function printList<T>(
  items: readonly T[],
  columns: readonly Column<T>[],
  { json = false, none }: { readonly json?: boolean | undefined; readonly none: string },
): void {
  if (json) for (const item of items) printJson(item);
  else if (!process.stdout.isTTY) print(tabbed(items, columns));
  else if (items.length === 0) note(none);
  else print(drawTable(items, columns, { colors }));
}
