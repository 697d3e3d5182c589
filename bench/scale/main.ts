import { cpus } from 'node:os';
import { startCloud } from '../cost/cloud';
import { dollars, table } from '../cost/table';
import { LIMITS } from './limits';
import { measure } from './measure';
import { type Load, type PerOperation, predict } from './model';
import { DEFAULT_LIMITS, simulate } from './simulate';

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000];

/** Who uses it for what: an audience for each queue, and a rate. */
const SCENARIOS: readonly (Omit<Load, 'connections'> & { readonly name: string })[] = [
  { name: 'a queue for each user, a message a minute', audience: 1, rate: 1 / 60, gather: 10 },
  { name: 'rooms of 50, a message every 10 seconds', audience: 50, rate: 1 / 10, gather: 10 },
  { name: 'news to 10,000 at a time, a message a minute', audience: 10_000, rate: 1 / 60, gather: 10 },
];

const number = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2).replace(/\.0$/, '');

async function main(): Promise<void> {
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}\n`);
  const cloud = await startCloud();
  process.env.DYNAMODB_ENDPOINT = cloud.dynamodb;
  const each = await measure(cloud.services);
  await cloud.close();
  console.log(`${measuredTable(each)}\n`);
  for (const scenario of SCENARIOS) console.log(`### ${scenario.name}\n\n${predictions(scenario, each)}\n`);
  console.log(`### Played against the limits, for a minute\n\n${simulations(each)}`);
}

const measuredTable = (each: PerOperation): string =>
  table(
    ['measured', ''],
    [
      ['`deliver`, for a message', `${each.messageMs.toFixed(0)} ms`],
      ['`deliver`, for each subscriber of a shard', `${each.deliveryMs.toFixed(1)} ms`],
      ['`ack`, for each frame', `${each.ackMs.toFixed(0)} ms`],
      ['functions, for each connection made', `${each.connectMs.toFixed(0)} ms`],
      ['write units of a delivery and its share of an ack', each.writes.toFixed(2)],
      ['read units of it', each.reads.toFixed(2)],
      ['a million deliveries, acked', dollars(each.millionDelivered)],
      ['a million messages, served whoever subscribes', dollars(each.millionServed)],
      ['a million publishes', dollars(each.millionPublished)],
      ['a connection for a month, idle', dollars(each.connectionMonth)],
    ],
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
        `${number(shardMs / 1_000)} s`,
        `${number(reconnectSeconds)} s`,
        `$${number(cost)}`,
      ];
    }),
  );

/** Beyond this, by the default limits, no more than the queue of what waits would be seen. */
const HOPELESS = 3;

const simulations = (each: PerOperation): string =>
  table(
    ['load', 'limits', 'deliveries', 'median', '99 %', 'refused until their deadline'],
    SCENARIOS.flatMap(({ name, ...scenario }) =>
      SIZES.slice(0, 3).flatMap((connections) => {
        const load = { ...scenario, connections };
        const { use, first } = predict(load, each);
        const factor = Math.ceil(use[first] * 1.5);
        const { frames, burst, concurrency, wakeUps } = DEFAULT_LIMITS;
        const raised = {
          frames: frames * factor,
          burst: burst * factor,
          concurrency: concurrency * factor,
          wakeUps: wakeUps * factor,
        };
        const plays = [
          ...(use[first] < HOPELESS ? [{ what: 'default', limits: DEFAULT_LIMITS }] : []),
          ...(factor > 1 ? [{ what: `× ${factor}`, limits: raised }] : []),
        ];
        return plays.map(({ what, limits }) => {
          const { deliveries, median, p99, refused } = simulate(load, each, 60, limits);
          return [
            `${connections.toLocaleString('en')}: ${name}`,
            what,
            deliveries.toLocaleString('en'),
            `${number(median / 1_000)} s`,
            `${number(p99 / 1_000)} s`,
            refused.toLocaleString('en'),
          ];
        });
      }),
    ),
  );

void main();
