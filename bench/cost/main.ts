import { cpus } from 'node:os';
import { ALTERNATIVES } from './alternatives';
import { background } from './background';
import { startCloud } from './cloud';
import { Deployment } from './deployment';
import { billOf, type Prices, readPrices, totalOf } from './prices';
import { dollars, table } from './table';
import { perMillionAway, perMillionDelivered, perMillionPublished } from './targets';
import { plus, times, type Usage } from './usage';
import { burst, catchUp, idleConnections, type Measured, nothing, steady } from './workloads';

type Workload = (deployment: Deployment) => Promise<Measured>;

const perSecond =
  (subscribers: number, connected: number, gather = 10, seconds = 30): Workload =>
  (deployment) =>
    steady(deployment, { subscribers, connected, seconds, gather });

const WORKLOADS: readonly Workload[] = [
  perSecond(1, 1, 1, 120),
  perSecond(1, 1, 10, 120),
  perSecond(10, 10),
  // At a message a second, the client acks each as long as it is not told to gather them for longer.
  perSecond(100, 100, 1),
  perSecond(100, 100),
  perSecond(1_000, 1_000),
  perSecond(1_000, 100),
  perSecond(1_000, 0),
  (deployment) => burst(deployment, 100, 1),
  (deployment) => burst(deployment, 1_000, 1),
  (deployment) => burst(deployment, 100, 100),
  (deployment) => catchUp(deployment, 10_000),
  (deployment) => idleConnections(deployment, 1_000),
  nothing,
];

/** Runs the workloads one after the other, each in tables of its own, and prints what they cost. */
async function main(): Promise<void> {
  const only = process.argv[2];
  const prices = readPrices();
  const cloud = await startCloud();
  process.env.DYNAMODB_ENDPOINT = cloud.dynamodb;
  const measured: Measured[] = [];
  for (const [index, workload] of WORKLOADS.entries()) {
    if (only !== undefined && !only.split(',').includes(String(index))) continue;
    const deployment = await Deployment.open(cloud.services);
    const one = await workload(deployment);
    measured.push(one);
    process.stderr.write(`${one.name}\n`);
    await deployment.close();
  }
  await cloud.close();
  print(measured, prices);
}

function print(measured: readonly Measured[], prices: Prices): void {
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}`);
  console.log(`Prices of ${prices.region}, ${prices.date}. Messages of 200 bytes.\n`);
  const busy = measured.filter(({ published }) => published > 0);
  const delivered = busy.filter((one) => one.delivered > 0);
  console.log(priceTable(delivered, prices));
  for (const { name, without } of ALTERNATIVES) console.log(`- ${name}: ${without}.`);
  console.log(`\n${partsTable(delivered, prices)}`);
  for (const one of busy.filter(({ delivered }) => delivered === 0))
    console.log(
      `\n${one.name}: ${dollars(perMillionAway(one, prices))} a million messages and subscribers (${(
        one.rest.readUnits / one.published
      ).toFixed(2)} read units a message over all of them)`,
    );
  console.log(
    `\n${monthTable(
      measured.filter(({ published }) => published === 0),
      prices,
    )}`,
  );
  const { alarms, polling, pollingAtMost, polls } = background(prices);
  console.log(
    `\nBeside it, in every month: alarms ${dollars(alarms)}; Lambda's polling of SQS, ${polls.toLocaleString('en')} requests: ` +
      `${dollars(polling)} within the account's free million, ${dollars(pollingAtMost)} where others use that up; storage.`,
  );
}

/** Per million acked deliveries. */
const priceTable = (measured: readonly Measured[], prices: Prices): string =>
  table(
    ['per million acked deliveries', 'publish', 'the rest', 'in all', ...ALTERNATIVES.map(({ name }) => name)],
    measured.map((one) => {
      const perDelivered = 1e6 / one.delivered;
      return [
        one.name,
        dollars((perMillionPublished(one, prices) * one.published) / one.delivered),
        dollars(perMillionDelivered(one, prices)),
        dollars(totalOf(times(plus(one.publish, one.rest), perDelivered), prices)),
        ...ALTERNATIVES.map(({ cost }) => dollars(cost(one, prices) * perDelivered)),
      ];
    }),
  );

const PARTS: readonly (readonly [keyof Usage, string])[] = [
  ['frames', 'frames'],
  ['writeUnits', 'write units'],
  ['readUnits', 'read units'],
  ['invocations', 'invocations'],
  ['gigabyteSeconds', 'Lambda time'],
  ['sqsRequests', 'SQS requests'],
  ['logBytes', 'logs'],
  ['connectionMinutes', 'connections'],
];

/** What the rest is made of: dollars per million acked deliveries, and the count of each per delivery. */
const partsTable = (measured: readonly Measured[], prices: Prices): string =>
  table(
    ['of the rest', ...PARTS.map(([, title]) => title), 'timers'],
    measured.map((one) => {
      const each = times(one.rest, 1 / one.delivered);
      const bill = billOf(times(each, 1e6), prices);
      return [
        one.name,
        ...PARTS.map(([part]) => `${dollars(bill[part])} (${Number(each[part].toPrecision(3))})`),
        String(one.timers),
      ];
    }),
  );

const monthTable = (measured: readonly Measured[], prices: Prices): string =>
  table(
    ['a month', 'Holdfast', ...ALTERNATIVES.map(({ name }) => name), 'made of'],
    measured.map((one) => [
      one.name,
      dollars(totalOf(one.rest, prices)),
      ...ALTERNATIVES.map(({ cost }) => dollars(cost(one, prices))),
      PARTS.filter(([part]) => one.rest[part] > 0)
        .map(([part, title]) => `${title} ${dollars(billOf(one.rest, prices)[part])}`)
        .join(', '),
    ]),
  );

void main();
