import type { DynamoDBRecord, SQSRecord } from 'aws-lambda';
import { ApiGatewayPusher } from '../../adapters/apigateway';
import { dynamodbStores } from '../../adapters/dynamodb';
import type { ConnectionEvent } from '../../adapters/lambda/connectionHandlers';
import { deliverHandler } from '../../adapters/lambda/deliverHandler';
import type { Answer } from '../../adapters/lambda/frames';
import { type ManualClock, manualClock } from '../../adapters/memory';
import { systemIds } from '../../adapters/node/ambient';
import { SqsTimers, SqsWakeUps } from '../../adapters/sqs';
import { DEFAULT_SETTINGS, FRAME_BYTES, type Ports, type ServerFrame } from '../../broker';
import type { FunctionName } from '../../lib/permissions';
import { type RouteFunction, routes } from '../../lib/routes';
import { memoryOf, STREAM_BATCH, WAKE_UP_BATCH } from '../../lib/sizes';
import { type TestTables, testTables } from '../../test/contract/dynamodb';
import { type Meter, meter } from '../meter';
import { pushClientTo, sqsClientTo } from './clients';
import { billedMs, Calls } from './duration';
import { handlerOf } from './handlers';
import { quietly } from './logs';
import { startServices } from './services';
import { Streams } from './streams';
import { Counter, type Usage } from './usage';

const MINUTE = 60_000;

/** One connection, and what came by it. */
export interface Wire {
  readonly connection: string;
  readonly client: string;
  readonly openedAt: number;
  /** Takes the frames that came since it was called last. */
  take(): ServerFrame[];
}

/**
 * The functions as they are deployed, over the real adapters: API Gateway, the streams and SQS call them as the stack
 * in `lib/` says, and everything that is charged for is counted. One after the other, in virtual time.
 */
export class Deployment {
  readonly clock: ManualClock = manualClock(Date.UTC(2026, 10, 1));
  /** The wake-ups that SQS brought since {@link take}. */
  readonly woken: string[] = [];
  private readonly counter = new Counter();
  private readonly calls = new Calls();
  /** What each connection got, as text: to read it is the client's work, not that of the functions. */
  private readonly frames = new Map<string, string[]>();
  private readonly wakeUps: { readonly body: string; readonly at: number }[] = [];
  private readonly handlers = new Map<RouteFunction, ReturnType<typeof handlerOf>>();
  private readonly deliver: ReturnType<typeof deliverHandler>;
  private opened = 0;
  private processing = 0;
  private billed = 0;

  private constructor(
    private readonly tables: TestTables,
    private readonly services: { readonly endpoint: string; close?(): Promise<void> },
    private readonly dynamodb: ReturnType<TestTables['client']>,
    private readonly capacity: Meter,
    private readonly streams: Streams,
  ) {
    this.calls.of(dynamodb, 'dynamodb');
    const ports = this.ports();
    this.deliver = deliverHandler(
      () => ports,
      () => ({ soon: async () => undefined }),
    );
  }

  /** @param endpoint of SQS and the management API; left out: they are in this process. */
  static async open(endpoint?: string): Promise<Deployment> {
    const tables = await testTables();
    const services = endpoint === undefined ? await startServices() : { endpoint };
    const client = tables.client();
    return new Deployment(tables, services, client, meter(client), new Streams(client, tables.tables));
  }

  async close(): Promise<void> {
    await this.tables.close();
    await this.services.close?.();
  }

  /** What was used since this was called last. */
  take(): Usage {
    const { writes, reads } = this.capacity.take();
    this.counter.add({ writeUnits: writes, readUnits: reads });
    this.woken.length = 0;
    return this.counter.take();
  }

  /** Milliseconds of one processor that the functions took since this was called last. */
  takeProcessing(): number {
    const { processing } = this;
    this.processing = 0;
    return processing;
  }

  /** Milliseconds that would be billed for the functions since this was called last. */
  takeBilled(): number {
    const { billed } = this;
    this.billed = 0;
    return billed;
  }

  async connect(client: string): Promise<Wire> {
    this.opened += 1;
    const connection = `wire-${this.opened}=`;
    const frames: string[] = [];
    this.frames.set(connection, frames);
    const requestContext = { connectionId: connection, eventType: 'CONNECT' } as const;
    const { statusCode } = await this.call('connect', { requestContext, queryStringParameters: { clientId: client } });
    if (statusCode !== 200) throw new Error(`${client} was refused with ${statusCode}`);
    return {
      connection,
      client,
      openedAt: this.clock.now(),
      take: () => frames.splice(0).map((text) => JSON.parse(text) as ServerFrame),
    };
  }

  async disconnect({ connection, openedAt }: Wire): Promise<void> {
    this.frames.delete(connection);
    this.counter.add({ connectionMinutes: (this.clock.now() - openedAt) / MINUTE });
    await this.call('disconnect', { requestContext: { connectionId: connection, eventType: 'DISCONNECT' } });
  }

  /** Sends a frame, and returns its answer. */
  async request({ connection }: Wire, frame: { readonly action: string }): Promise<ServerFrame | undefined> {
    const body = JSON.stringify(frame);
    this.count(body);
    const name = Object.entries(routes).find(([action]) => action === frame.action)?.[1] ?? 'default';
    const requestContext = { connectionId: connection, eventType: 'MESSAGE' } as const;
    const answer = await this.call(name, { requestContext, body });
    if (answer.body === undefined) return undefined;
    this.count(answer.body);
    const reply = JSON.parse(answer.body) as ServerFrame;
    if (reply.type === 'error') throw new Error(reply.message);
    return reply;
  }

  /** Serves the streams, and the wake-ups that are due, until there are no more. */
  async run(): Promise<void> {
    for (;;) {
      const records = this.streams.take(STREAM_BATCH) ?? this.takeWakeUps();
      if (records === undefined) return;
      await this.invoke('deliver', async () => {
        const { batchItemFailures } = await this.deliver({ Records: records });
        if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} wake-ups failed`);
      });
    }
  }

  /** Lets time pass, in milliseconds, and serves what becomes due meanwhile at its time. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      await this.run();
      const next = Math.min(...this.wakeUps.map(({ at }) => at));
      if (next > end) break;
      this.clock.set(next);
    }
    this.clock.set(end);
  }

  private count(text: string): void {
    this.counter.add({ frames: Math.ceil(Math.max(1, Buffer.byteLength(text)) / FRAME_BYTES) });
  }

  private takeWakeUps(): (DynamoDBRecord | SQSRecord)[] | undefined {
    const due = this.wakeUps.filter(({ at }) => at <= this.clock.now()).slice(0, WAKE_UP_BATCH);
    if (due.length === 0) return undefined;
    for (const one of due) this.wakeUps.splice(this.wakeUps.indexOf(one), 1);
    // Received, and deleted when it was served.
    this.counter.add({ sqsRequests: 2 });
    this.woken.push(...due.map(({ body }) => body));
    return due.map(({ body }, index) => sqsRecord(String(index), body));
  }

  private async call(name: RouteFunction, event: ConnectionEvent): Promise<Answer> {
    let answer: Answer = {};
    await this.invoke(name, async () => {
      answer = await this.handler(name)(event);
    });
    return answer;
  }

  private async invoke(name: FunctionName, run: () => Promise<void>): Promise<void> {
    let logBytes = 0;
    const work = await this.calls.watch(async () => {
      logBytes = await quietly(run);
    });
    const memory = memoryOf(name);
    const billed = billedMs(work, memory);
    this.processing += work.processing;
    this.billed += billed;
    this.counter.add({
      invocations: 1,
      gigabyteSeconds: (billed / 1000) * (memory / 1024),
      logBytes,
    });
  }

  private handler(name: RouteFunction): ReturnType<typeof handlerOf> {
    const known = this.handlers.get(name);
    if (known) return known;
    const ports = this.ports();
    const made = handlerOf(name, () => ports);
    this.handlers.set(name, made);
    return made;
  }

  /** Of one function, which remembers for itself as its process would. */
  private ports(): Ports {
    const { endpoint } = this.services;
    const { pendingTimers, ...stores } = dynamodbStores(this.dynamodb, this.tables.tables);
    const sqs = sqsClientTo(endpoint, (body, delay) => {
      this.counter.add({ sqsRequests: 1 });
      this.wakeUps.push({ body, at: this.clock.now() + delay });
    });
    const pushes = pushClientTo(endpoint, (connection, text) => {
      this.count(text);
      this.frames.get(connection)?.push(text);
    });
    this.calls.of(sqs, 'sqs');
    this.calls.of(pushes, 'push');
    const wakeUps = new SqsWakeUps(sqs, `${endpoint}/wake-ups`);
    return {
      ...stores,
      pusher: new ApiGatewayPusher(pushes),
      wakeUps,
      timers: new SqsTimers(wakeUps, pendingTimers),
      clock: this.clock,
      ids: systemIds(),
      reporter: { warn: (what, { error }) => failed(what, error) },
      settings: DEFAULT_SETTINGS,
    };
  }
}

/** Nothing may fail in a measurement. */
function failed(what: string, cause: unknown): never {
  throw new Error(what, { cause });
}

const sqsRecord = (messageId: string, body: string): SQSRecord => ({
  messageId,
  body,
  receiptHandle: '',
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'holdfast',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:WakeUps',
  awsRegion: 'us-east-1',
});
