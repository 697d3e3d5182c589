import ms from 'ms';
import type { Colors } from 'picocolors/types';
import { type Column, drawTable } from '../output/table';
import { visible } from '../visible';
import type { Activity, QueueActivity, SubscriptionActivity } from './activity';

/** What the screen is like. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly colors: Colors;
}

/** What is said about the connection. */
export interface Heading {
  readonly url: string;
  /** How often it is drawn, or that it reconnects, and how it ends. */
  readonly state: string;
}

const figure = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const number = (value: number | undefined): string => (value === undefined ? '–' : figure.format(value));

/** Numbers that mean trouble stand out when they are not zero. */
const alarming = (of: (colors: Colors) => (text: string) => string) => (text: string, _: unknown, colors: Colors) =>
  text === '0' ? colors.dim(text) : of(colors)(text);

const QUEUES: readonly Column<QueueActivity>[] = [
  { title: 'QUEUE', of: ({ queue }) => queue, paint: (text, _, { bold }) => bold(text) },
  { title: 'HEAD', of: ({ head }) => number(head), align: 'right' },
  { title: 'PUBLISHED/s', of: ({ published }) => number(published), align: 'right' },
  { title: 'SUBSCRIBERS', of: ({ connected, subscribers }) => `${connected} of ${subscribers}`, align: 'right' },
  { title: 'IN FLIGHT', of: ({ inFlight }) => number(inFlight), align: 'right' },
  { title: 'BACKLOG', of: ({ backlog }) => number(backlog), align: 'right', paint: alarming((c) => c.yellow) },
  { title: 'DEAD', of: ({ dead }) => number(dead), align: 'right', paint: alarming((c) => c.red) },
];

const SLOWEST: readonly Column<SubscriptionActivity>[] = [
  { title: 'SLOWEST', of: ({ clientId }) => clientId, paint: (text, _, { bold }) => bold(text) },
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'BACKLOG', of: ({ backlog }) => number(backlog), align: 'right', paint: alarming((c) => c.yellow) },
  { title: 'IN FLIGHT', of: ({ inFlight }) => number(inFlight), align: 'right' },
  { title: 'SETTLED/s', of: ({ settled }) => number(settled), align: 'right' },
  { title: 'CAUGHT UP', of: keepsUp, align: 'right' },
];

function keepsUp({ connected, backlog, caughtUpIn }: SubscriptionActivity): string {
  if (!connected) return 'away';
  if (backlog === 0) return 'yes';
  return caughtUpIn === undefined ? 'no' : `in ${ms(Math.max(1_000, caughtUpIn * 1000))}`;
}

/** Lines beside those of the two tables: the totals, two empty ones, two titles, and the last one. */
const FIXED_LINES = 6;

/**
 * The screen as text, within its width and height: totals, the busiest queues, and the subscriptions that are furthest
 * behind, which get at most a third of it.
 */
export function drawScreen(now: Activity, { url, state }: Heading, { columns, rows, colors }: Screen): string {
  const room = Math.max(2, rows - FIXED_LINES);
  const slowest = now.slowest.slice(0, Math.max(1, Math.floor(room / 3)));
  const queues = busiest(now.queues, Math.max(1, room - slowest.length));
  const hidden = now.queues.length - queues.length;
  const totals = [
    `${number(now.queues.length)} ${now.queues.length === 1 ? 'queue' : 'queues'}`,
    `${number(now.published)}/s published`,
    `${number(now.settled)}/s settled`,
    `${number(now.inFlight)} in flight`,
    `${number(now.backlog)} backlog`,
    `${number(now.dead)} dead`,
  ].join(', ');
  const drawing = { colors, width: columns };
  const lines = [
    clip(`${totals}${hidden > 0 ? `, ${hidden} not shown` : ''}`, columns),
    '',
    ...(queues.length === 0 ? ['No queues yet.'] : drawTable(queues, QUEUES, drawing).split('\n')),
    '',
    ...(slowest.length === 0 ? ['Nobody is behind.'] : drawTable(slowest, SLOWEST, drawing).split('\n')),
    colors.dim(clip(visible(`${url} · ${state}`), columns)),
  ];
  return lines.slice(0, rows).join('\n');
}

const clip = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;

/** The busiest queues, as many as there is room for, in their given order. */
function busiest(queues: readonly QueueActivity[], room: number): readonly QueueActivity[] {
  if (queues.length <= room) return queues;
  const weight = ({ published = 0, inFlight, backlog }: QueueActivity) => published * 1e6 + inFlight + backlog;
  const kept = new Set([...queues].sort((a, b) => weight(b) - weight(a)).slice(0, room));
  return queues.filter((queue) => kept.has(queue));
}
