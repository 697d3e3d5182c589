import { dynamodbStores } from '../adapters/dynamodb';
import { collectingReporter, manualClock, memoryWakeUps, recordingPusher, seededIds } from '../adapters/memory';
import { SqsTimers } from '../adapters/sqs';
import {
  answer,
  type ClientId,
  type ConnectionId,
  DEFAULT_SETTINGS,
  farewell,
  type Ports,
  parseRequest,
  publishHandlers,
  type QueueName,
  settleHandlers,
  subscribeHandlers,
  wakeQueue,
  welcome,
} from '../broker';
import { testTables } from '../test/contract/dynamodb';
import type { Row } from './figures';
import { meter, type Units } from './meter';

const QUEUE = 'Database Events' as QueueName;
const BURST = 100;
const WARM_UP = 3;
const PAYLOAD = 'x'.repeat(198);

const SHOP = { client: 'shop' as ClientId, connection: 'shop-1' as ConnectionId };
const BILLING = { client: 'billing' as ClientId, connection: 'billing-1' as ConnectionId };

/** The broker over DynamoDB (dynalite unless DYNAMODB_ENDPOINT is set), and what it consumed. */
class Deployment {
  private constructor(
    readonly ports: Ports,
    readonly take: () => Units,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<Deployment> {
    const { tables, client, close } = await testTables();
    const metered = client();
    const { take } = meter(metered);
    const { pendingTimers, ...stores } = dynamodbStores(metered, tables);
    const clock = manualClock(Date.now());
    const wakeUps = memoryWakeUps(clock);
    const ports: Ports = {
      ...stores,
      pusher: recordingPusher(),
      wakeUps,
      timers: new SqsTimers(wakeUps, pendingTimers),
      clock,
      ids: seededIds(),
      reporter: collectingReporter(),
      settings: DEFAULT_SETTINGS,
    };
    return new Deployment(ports, take, close);
  }

  async request(caller: typeof SHOP, frame: object): Promise<void> {
    const handlers = { ...publishHandlers, ...subscribeHandlers, ...settleHandlers };
    const { reply } = await answer(this.ports, caller, parseRequest(JSON.stringify(frame)), handlers);
    if (reply?.type === 'error') throw new Error(reply.message);
  }

  async connect({ client, connection }: typeof SHOP): Promise<void> {
    const connectedAt = this.ports.clock.now();
    await this.ports.connections.add({ client, connection, connectedAt, expiresAt: connectedAt + 7_200_000 });
    await welcome(this.ports, connection);
  }

  publish(more: object = { event: 'add', payload: PAYLOAD }): Promise<void> {
    return this.request(SHOP, { action: 'publish', queue: QUEUE, ...more });
  }

  async measure(messages: number, work: () => Promise<unknown>): Promise<Units> {
    this.take();
    await work();
    const { writes, reads } = this.take();
    return { writes: writes / messages, reads: reads / messages };
  }
}

const burst = (id?: string) => ({
  messages: Array.from({ length: BURST }, (_, i) => ({
    event: 'add',
    payload: PAYLOAD,
    ...(id === undefined ? {} : { id: `${id}-${i}` }),
  })),
});

const row = (what: string, { writes, reads }: Units, most: number): Row => ({
  what: `DynamoDB: ${what}`,
  measured: `${writes.toFixed(2)} write, ${reads.toFixed(2)} read units`,
  target: most === Number.POSITIVE_INFINITY ? 'no target' : `at most ${most} write units`,
  met: writes <= most,
});

/** What a message of 200 bytes costs in DynamoDB, through the broker and the adapter, in capacity units. */
export async function capacity(): Promise<Row[]> {
  const deployment = await Deployment.open();
  try {
    return [...(await publishing(deployment)), ...(await delivering(deployment))];
  } finally {
    await deployment.close();
  }
}

async function publishing(deployment: Deployment): Promise<Row[]> {
  const withId = { event: 'add', payload: PAYLOAD, id: 'order-7-created' };
  await deployment.publish();
  return [
    row('publish', await deployment.measure(1, () => deployment.publish()), 2),
    row('publish with an id', await deployment.measure(1, () => deployment.publish(withId)), 3),
    row('the same again', await deployment.measure(1, () => deployment.publish(withId)), 0),
    row('publish 100 in a frame, each', await deployment.measure(BURST, () => deployment.publish(burst())), 2),
    row('publish 100 with ids, each', await deployment.measure(BURST, () => deployment.publish(burst('a'))), 3),
  ];
}

async function delivering(deployment: Deployment): Promise<Row[]> {
  const { ports } = deployment;
  await deployment.connect(BILLING);
  await deployment.request(BILLING, { action: 'subscribe', queue: QUEUE });
  const deliverAndAck = async (count: number) => {
    await wakeQueue(ports, QUEUE);
    const head = (await ports.queues.get(QUEUE))?.head ?? 0;
    const seqs = Array.from({ length: count }, (_, i) => head - count + 1 + i);
    await deployment.request(BILLING, { action: 'ack', queue: QUEUE, seqs });
  };
  for (let i = 0; i < WARM_UP; i++) {
    await deployment.publish();
    await deliverAndAck(1);
  }
  await deployment.publish();
  const one = await deployment.measure(1, () => deliverAndAck(1));
  await deployment.publish(burst());
  const many = await deployment.measure(BURST, () => deliverAndAck(BURST));
  await farewell(ports, BILLING);
  await deployment.publish();
  const away = await deployment.measure(1, () => wakeQueue(ports, QUEUE));
  return [
    row('delivered and acked, one at a time', one, 2),
    row('delivered and acked in bursts of 100, each', many, 0.2),
    row('to a subscriber that is away', away, 0),
  ];
}
