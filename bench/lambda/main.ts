import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { gzipSync } from 'node:zlib';
import { TABLE_VARIABLES } from '../../adapters/dynamodb/tables';
import type { CommonFunction } from '../../lib/permissions';
import { testTables } from '../../test/contract/dynamodb';
import { audience, Publisher, QUEUE } from '../cost/audience';
import { startCloud } from '../cost/cloud';
import { Deployment } from '../cost/deployment';
import { table } from '../cost/table';
import { median } from '../figures';
import { bundles } from './bundles';
import { type ColdStart, coldStart } from './coldStart';

const STARTS = 7;
/** Rounds of so many messages, each delivered to all subscribers by itself, and acked together at the end. */
const WARM_UP = 4;
const MEASURED = 4;
const MESSAGES = 10;
const SUBSCRIBERS = 100;

const connected = { requestContext: { connectionId: 'wire=', eventType: 'CONNECT' } } as const;
const frame = (action: string, more: object) => ({
  requestContext: { connectionId: 'wire=', eventType: 'MESSAGE' } as const,
  body: JSON.stringify({ action, ref: '1', queue: QUEUE, ...more }),
});
const newMessage = {
  eventName: 'INSERT',
  dynamodb: { Keys: { queue: { S: QUEUE }, seq: { N: '1' } }, SequenceNumber: '1' },
};

/** What each function is asked to answer first. */
const EVENTS: Record<CommonFunction, Parameters<typeof coldStart>[1]> = {
  connect: { ...connected, queryStringParameters: { clientId: 'billing' } },
  disconnect: { requestContext: { connectionId: 'another=', eventType: 'DISCONNECT' } },
  publish: frame('publish', { event: 'add', payload: 7 }),
  subscribe: frame('subscribe', {}),
  ack: frame('ack', { upTo: 1 }),
  list: frame('list', { what: 'queues' }),
  default: frame('ping', {}),
  deliver: { Records: [newMessage] },
};

async function main(): Promise<void> {
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}\n`);
  const cloud = await startCloud();
  process.env.DYNAMODB_ENDPOINT = cloud.dynamodb;
  console.log(`${await coldStarts(cloud)}\n`);
  console.log(await processing(cloud.services));
  await cloud.close();
}

/** Sizes, and the time to the first answer in a process of its own: medians. */
async function coldStarts(cloud: { dynamodb: string; services: string }): Promise<string> {
  const { tables, close } = await testTables();
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: cloud.dynamodb,
    ...Object.fromEntries(
      Object.entries(TABLE_VARIABLES).map(([name, variable]) => [variable, tables[name as keyof typeof tables]]),
    ),
    HOLDFAST_AUTH: 'none',
    HOLDFAST_WAKE_UPS_URL: `${cloud.services}/wake-ups`,
    HOLDFAST_CALLBACK_URL: cloud.services,
    HOLDFAST_MESSAGE_RETENTION: '604800',
    HOLDFAST_DEAD_LETTER_RETENTION: '1209600',
    HOLDFAST_SUBSCRIPTION_EXPIRY: '2678400',
    HOLDFAST_SHARD_SIZE: '250',
  };
  const rows = bundles().map(({ name, file, bytes }) => {
    const starts = Array.from({ length: STARTS }, () => coldStart(file, EVENTS[name], env));
    const of = (what: keyof ColdStart) => `${median(starts.map((start) => start[what])).toFixed(0)} ms`;
    const zipped = gzipSync(readFileSync(file)).length;
    return [
      name,
      `${(bytes / 1000).toFixed(0)} KB`,
      `${(zipped / 1000).toFixed(0)} KB`,
      ...(['load', 'first', 'second', 'processing'] as const).map(of),
    ];
  });
  await close();
  return table(
    ['function', 'bundle', 'zipped', 'loading', 'first answer', 'second answer', 'processing to the first'],
    rows,
  );
}

/** What a warm process takes for each: means, in milliseconds of one processor. */
async function processing(services: string): Promise<string> {
  const deployment = await Deployment.open(services);
  const publisher = await Publisher.connect(deployment);
  const present = await audience(deployment, SUBSCRIBERS, SUBSCRIBERS);
  const each = { publish: 0, delivery: 0, ack: 0 };
  for (let round = 0; round < WARM_UP + MEASURED; round++) {
    const measured = round >= WARM_UP;
    const took = (part: keyof typeof each, count: number) => {
      const processing = deployment.takeProcessing();
      if (measured) each[part] += processing / count / MEASURED;
    };
    for (let i = 0; i < MESSAGES; i++) {
      await publisher.one();
      took('publish', MESSAGES);
      await deployment.run();
      took('delivery', MESSAGES * SUBSCRIBERS);
    }
    for (const subscriber of present) await subscriber.ack();
    took('ack', SUBSCRIBERS);
  }
  await deployment.close();
  return table(
    ['processing in a warm process', 'ms'],
    [
      ['a publish of one message', each.publish.toFixed(2)],
      [`a delivery to one of ${SUBSCRIBERS} subscribers, stored and pushed`, each.delivery.toFixed(2)],
      [`an ack of ${MESSAGES} messages`, each.ack.toFixed(2)],
    ],
  );
}

void main();
