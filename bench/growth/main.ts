import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { table } from '../cost/table';
import { plot } from './plot';
import * as points from './points';
import * as units from './units';

interface Series {
  readonly title: string;
  readonly x: string;
  readonly of: (x: number) => Promise<points.Point>;
  readonly xs: readonly number[];
  readonly unitsOf?: (x: number) => Promise<units.Units>;
  readonly unitXs?: readonly number[];
}

const DOCS = join(__dirname, '..', '..', 'docs', 'growth');

const SERIES: Readonly<Record<string, Series>> = {
  subscribers: {
    title: 'a delivery and its ack, by the subscribers of the queue',
    x: 'subscribers',
    of: points.subscribers,
    xs: [1, 10, 100, 1_000, 10_000],
    unitsOf: units.subscribers,
    unitXs: [1, 10, 100],
  },
  backlog: {
    title: 'a message caught up with, by the backlog',
    x: 'messages of the backlog',
    of: points.backlog,
    xs: [1_000, 10_000, 100_000, 1_000_000],
    unitsOf: units.backlog,
    unitXs: [100, 1_000],
  },
  queues: {
    title: 'a message published, delivered and acked, by the queues',
    x: 'queues',
    of: points.queues,
    xs: [1, 10, 100, 1_000, 10_000],
  },
  'in-flight': {
    title: 'a message published, delivered and acked, by those in flight',
    x: 'messages in flight to the subscriber',
    of: points.inFlight,
    xs: [1, 10, 100, 1_000],
    unitsOf: units.inFlight,
    unitXs: [1, 10, 100, 300],
  },
  'event-names': {
    title: 'a message published, delivered and acked, by the event names',
    x: 'event names asked for',
    of: points.eventNames,
    xs: [1, 10, 50, 200],
    unitsOf: units.eventNames,
    unitXs: [1, 10, 50, 200],
  },
};

/** Measures each series, or those named, prints their tables, and draws their plots into `docs/growth/`. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}\n`);
  mkdirSync(DOCS, { recursive: true });
  for (const [name, series] of Object.entries(SERIES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    console.log(`${await measure(name, series)}\n`);
  }
}

async function measure(name: string, { title, x, of, xs, unitsOf, unitXs = [] }: Series): Promise<string> {
  const measured: points.Point[] = [];
  for (const count of xs) measured.push(await of(count));
  const counted: units.Units[] = [];
  if (unitsOf) for (const count of unitXs) counted.push(await unitsOf(count));
  const draw = (what: string, y: string, lines: Parameters<typeof plot>[3]) =>
    writeFileSync(join(DOCS, `${name}-${what}.svg`), plot(title, x, y, lines));
  draw('time', 'µs of one processor', [{ name: 'one machine', points: measured.map((one) => [one.x, one.micros]) }]);
  if (counted.length > 0)
    draw('units', 'capacity units', [
      { name: 'write units', points: counted.map((one) => [one.x, one.writes]) },
      { name: 'read units', points: counted.map((one) => [one.x, one.reads]) },
    ]);
  const unitsAt = (count: number) => counted.find((one) => one.x === count);
  const all = [...new Set([...xs, ...unitXs])].sort((a, b) => a - b);
  return table(
    [x, 'µs each', 'bytes of memory each', 'write units each', 'read units each'],
    all.map((count) => {
      const point = measured.find((one) => one.x === count);
      return [
        count.toLocaleString('en'),
        point === undefined ? '' : point.micros.toFixed(0),
        // Of few it is lost in what the process takes anyway.
        point === undefined || count < 1_000 ? '' : Math.round(point.bytes).toLocaleString('en'),
        unitsAt(count)?.writes.toFixed(2) ?? '',
        unitsAt(count)?.reads.toFixed(2) ?? '',
      ];
    }),
  );
}

void main();
