import Table from 'cli-table3';
import type { Colors } from 'picocolors/types';
import stringWidth from 'string-width';
import { visible } from '../visible';

/** One column of a list, for things of type T. */
export interface Column<T> {
  readonly title: string;
  /** The value as programs read it. */
  readonly of: (item: T) => string | number;
  /** The value as people read it, if that differs. */
  readonly shown?: (item: T) => string | number;
  readonly align?: 'right';
  /** Colours the text, which is safe to print by then. */
  readonly paint?: (text: string, item: T, colors: Colors) => string;
}

/** How a table is drawn. */
export interface Drawing {
  readonly colors: Colors;
  /** How many characters it may be wide; the widest columns are cut. Left out: as wide as needed. */
  readonly width?: number;
}

const BETWEEN = '  ';
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '' },
  middle: BETWEEN,
};

const cell = (value: string | number): string => visible(String(value));

/** A table for people: a dim title, columns, no lines. Text of the items is escaped. */
export function drawTable<T>(items: readonly T[], columns: readonly Column<T>[], { colors, width }: Drawing): string {
  const texts = items.map((item) => columns.map(({ of, shown = of }) => cell(shown(item))));
  const widths = widthsOf(
    [columns.map(({ title }) => title), ...texts].map((row) => row.map((text) => stringWidth(text))),
    width,
  );
  const table = new Table({
    head: columns.map(({ title }) => colors.dim(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    ...(width === undefined ? {} : { colWidths: widths }),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  items.forEach((item, row) => {
    table.push(columns.map(({ paint }, column) => painted(texts[row]?.[column] ?? '', item, paint, colors)));
  });
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function painted<T>(text: string, item: T, paint: Column<T>['paint'], colors: Colors): string {
  return paint === undefined ? text : paint(text, item, colors);
}

/** The widths of columns: those of their longest texts; then the widest is reduced, again and again, until all fit. */
function widthsOf(lengths: readonly (readonly number[])[], width = Number.POSITIVE_INFINITY): number[] {
  const widths = (lengths[0] ?? []).map((_, column) => Math.max(1, ...lengths.map((row) => row[column] ?? 0)));
  const room = width - BETWEEN.length * (widths.length - 1);
  for (let over = widths.reduce((sum, one) => sum + one, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max(1, (widths[widest] ?? 1) - 1);
  }
  return widths;
}

/**
 * The same for programs: a line of titles and a line for each item, with tabs between. Tabs in the text are escaped.
 */
export const tabbed = <T>(items: readonly T[], columns: readonly Column<T>[]): string =>
  [columns.map(({ title }) => title), ...items.map((item) => columns.map(({ of }) => cell(of(item))))]
    .map((row) => row.join('\t'))
    .join('\n');
