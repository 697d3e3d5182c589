/** The value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  /** What it should be, and whether it is. */
  readonly target: string;
  readonly met: boolean;
}

export const perSecond = (count: number, ms: number): number => Math.round((count / ms) * 1000);

const thousands = new Intl.NumberFormat('en');
export const format = (count: number): string => thousands.format(count);
