import { cpus } from 'node:os';
import { HEARTBEAT_SECONDS } from '../../broker';
import { startCloud } from '../cost/cloud';
import { dollars, table } from '../cost/table';
import { LIMITS, type Limit, type LimitName } from './limits';
import { measure } from './measure';
import {
  CONNECTION_LIFETIME,
  type Load,
  MINUTES_PER_MONTH,
  type Operation,
  type PerOperation,
  predict,
  SECONDS_PER_MONTH,
  shardsOf,
} from './model';
import { DEFAULT_LIMITS, type Limits, simulate } from './simulate';

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];

/** Who uses it for what: an audience for each queue, and a rate. */
const SCENARIOS: readonly (Omit<Load, 'connections'> & { readonly name: string })[] = [
  { name: 'a queue for each user, a message a minute', audience: 1, rate: 1 / 60, gather: 10 },
  { name: 'rooms of 50, a message every 10 seconds', audience: 50, rate: 1 / 10, gather: 10 },
  { name: 'news to 10,000 at a time, a message a minute', audience: 10_000, rate: 1 / 60, gather: 10 },
];

const number = (value: number): string =>
  value === 0 || value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2).replace(/\.0$/, '');
const seconds = (ms: number): string => `${number(ms / 1_000)} s`;

async function main(): Promise<void> {
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}\n`);
  const cloud = await startCloud();
  process.env.DYNAMODB_ENDPOINT = cloud.dynamodb;
  const each = await measure(cloud.services);
  await cloud.close();
  console.log(`${measuredTable(each)}\n\n${chargedBeside(each)}\n\n${limitsTable()}\n`);
  for (const scenario of SCENARIOS) console.log(`### ${scenario.name}\n\n${predictions(scenario, each)}\n`);
  console.log(`### Connections at which each limit is met\n\n${capacities(each)}\n`);
  console.log(`### Played against the limits, for a minute\n\n${simulations(each)}\n`);
  console.log(`### A message after a silence\n\n${silences(each)}`);
}

const NAMES: Readonly<Record<Operation, string>> = {
  published: 'a publish of one message',
  served: 'a message, for each shard of its queue',
  delivered: 'its delivery to one subscriber',
  acked: 'a frame with acks',
  timed: 'a timer',
  connected: 'a connection made and ended',
  pinged: 'a ping',
};

const measuredTable = (each: PerOperation): string =>
  table(
    ['for each', 'functions', 'invocations', 'write units', 'read units', 'a million'],
    (Object.keys(NAMES) as Operation[]).map((operation) => {
      const { ms, invocations, writes, reads, million } = each[operation];
      return [
        NAMES[operation],
        `${ms.toFixed(1)} ms`,
        invocations.toFixed(2),
        writes.toFixed(2),
        reads.toFixed(2),
        dollars(million),
      ];
    }),
  );

/** Of one connection: its minutes, its pings where it is silent, and how often it is made anew. */
const MONTH = {
  minutes: MINUTES_PER_MONTH,
  pings: SECONDS_PER_MONTH / HEARTBEAT_SECONDS,
  lives: SECONDS_PER_MONTH / CONNECTION_LIFETIME,
};

const chargedBeside = (each: PerOperation): string => {
  const { millionWakeUps, millionMinutes, served, pinged, connected } = each;
  const open = (MONTH.minutes * millionMinutes + MONTH.lives * connected.million) / 1e6;
  const pings = (MONTH.pings * pinged.million) / 1e6;
  return table(
    ['charged', ''],
    [
      ['a million minutes of a connection', dollars(millionMinutes)],
      ['a connection for a month, of a client that sends and gets messages', dollars(open)],
      ['pings of a client that sends nothing else, in a month', dollars(pings)],
      ['a million wake-ups by SQS', dollars(millionWakeUps)],
      ['the same, and serving a message to the shard', dollars(millionWakeUps + served.million)],
    ],
  );
};

const limitsTable = (): string =>
  table(
    ['limit', 'of', 'at most', 'how it is raised'],
    Object.values<Limit>(LIMITS).map(({ name, counts, value, unit, raise }) => [
      name,
      counts,
      `${value.toLocaleString('en')} ${unit}`,
      raise,
    ]),
  );

const predictions = (scenario: Omit<Load, 'connections'>, each: PerOperation): string =>
  table(
    [
      'connections',
      'deliveries/s',
      'first limit',
      'used',
      'functions at a time',
      'last of a shard',
      'all back after',
      'a month',
    ],
    SIZES.map((connections) => {
      const { deliveries, first, use, shardMs, reconnectSeconds, cost } = predict({ ...scenario, connections }, each);
      return [
        connections.toLocaleString('en'),
        number(deliveries),
        LIMITS[first].name,
        `${number(use[first] * 100)} %`,
        number(use.concurrency * LIMITS.concurrency.value),
        seconds(shardMs),
        `${number(reconnectSeconds)} s`,
        `$${number(cost)}`,
      ];
    }),
  );

/** What a shard or a queue uses does not depend on the connections. */
const OF_ALL: readonly LimitName[] = [
  'throttle',
  'frames',
  'invocations',
  'concurrency',
  'tableWrites',
  'tableReads',
  'connects',
];

const capacities = (each: PerOperation): string => {
  const predicted = SCENARIOS.map((scenario) => predict({ ...scenario, connections: 1_000_000 }, each));
  return table(
    ['limit', ...SCENARIOS.map(({ name }) => name)],
    OF_ALL.map((name) => [LIMITS[name].name, ...predicted.map(({ upTo }) => number(upTo[name]))]),
  );
};

/** Beyond this, by the default limits, no more than the queue of what waits would be seen. */
const HOPELESS = 3;

const raisedBy = (factor: number): Limits => ({
  throttle: DEFAULT_LIMITS.throttle * factor,
  throttleBurst: DEFAULT_LIMITS.throttleBurst * factor,
  frames: DEFAULT_LIMITS.frames * factor,
  burst: DEFAULT_LIMITS.burst * factor,
  concurrency: DEFAULT_LIMITS.concurrency * factor,
  wakeUps: DEFAULT_LIMITS.wakeUps * factor,
});

const simulations = (each: PerOperation): string =>
  table(
    ['load', 'limits', 'deliveries', 'median', '99 %', 'pushes refused', 'acks refused', 'dead letters', 'over after'],
    SCENARIOS.flatMap(({ name, ...scenario }) =>
      SIZES.slice(0, 3).flatMap((connections) => {
        const load = { ...scenario, connections };
        const { use, first } = predict(load, each);
        const factor = Math.ceil(use[first] * 1.5);
        const plays = [
          ...(use[first] < HOPELESS ? [{ what: 'default', limits: DEFAULT_LIMITS }] : []),
          ...(use[first] > 1 ? [{ what: `× ${factor}`, limits: raisedBy(factor) }] : []),
        ];
        return plays.map(({ what, limits }) => {
          const { deliveries, median, p99, refused, unacked, dead, ended } = simulate(load, each, 60, limits);
          return [
            `${connections.toLocaleString('en')}: ${name}`,
            what,
            deliveries.toLocaleString('en'),
            seconds(median),
            seconds(p99),
            refused.toLocaleString('en'),
            unacked.toLocaleString('en'),
            dead.toLocaleString('en'),
            seconds(ended),
          ];
        });
      }),
    ),
  );

/** One message, by the default limits. */
const silences = (each: PerOperation): string =>
  table(
    ['subscribers', 'shards', 'median', 'last', 'pushes refused', 'acks refused'],
    [250, 2_500, 10_000, 50_000].map((audience) => {
      const load = { connections: audience, audience, rate: 1 / 3_600, gather: 10 };
      const { median, last, refused, unacked } = simulate(load, each, 1);
      return [
        audience.toLocaleString('en'),
        shardsOf(audience).toLocaleString('en'),
        seconds(median),
        seconds(last),
        refused.toLocaleString('en'),
        unacked.toLocaleString('en'),
      ];
    }),
  );

void main();
