import type { Column } from '../output/table';
import type { Latency } from './latency';

/** One line of the result. */
export interface Figure {
  readonly what: 'published' | 'delivered';
  readonly messages: number;
  /** From the first message sent to the last one answered or handled. */
  readonly seconds: number;
  readonly perSecond: number;
  /** In milliseconds: until the answer, and until the handler was called. */
  readonly latency: Latency;
}

const thousands = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** How the result is printed. */
export const FIGURES: readonly Column<Figure>[] = [
  { title: 'WHAT', of: ({ what }) => what, paint: (text, _, { bold }) => bold(text) },
  {
    title: 'MESSAGES',
    of: ({ messages }) => messages,
    shown: ({ messages }) => thousands.format(messages),
    align: 'right',
  },
  {
    title: 'PER SECOND',
    of: ({ perSecond }) => Math.round(perSecond),
    shown: ({ perSecond }) => thousands.format(perSecond),
    align: 'right',
    paint: (text, _, { green }) => green(text),
  },
  latency('MEDIAN', ({ median }) => median),
  latency('95 %', ({ p95 }) => p95),
  latency('99 %', ({ p99 }) => p99),
  latency('LONGEST', ({ longest }) => longest),
];

function latency(title: string, of: (latency: Latency) => number): Column<Figure> {
  return { title, of: (figure) => of(figure.latency), shown: (figure) => ms(of(figure.latency)), align: 'right' };
}

/** The figure of a measurement. */
export function figure(what: Figure['what'], messages: number, seconds: number, times: Latency | undefined): Figure {
  const none = { median: 0, p95: 0, p99: 0, longest: 0 };
  return { what, messages, seconds, perSecond: seconds > 0 ? messages / seconds : 0, latency: times ?? none };
}
