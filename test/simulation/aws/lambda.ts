import { ApiGatewayPusher } from '../../../adapters/apigateway';
import { dynamodbStores } from '../../../adapters/dynamodb';
import { connectHandler, disconnectHandler } from '../../../adapters/lambda/connectionHandlers';
import type { TimeLeft } from '../../../adapters/lambda/deadline';
import { deliverHandler } from '../../../adapters/lambda/deliverHandler';
import type { WakingRecord } from '../../../adapters/lambda/records';
import { routed } from '../../../adapters/lambda/routed';
import { SqsRetries, SqsTimers, SqsWakeUps } from '../../../adapters/sqs';
import {
  type ConnectionId,
  catchup,
  type Handlers,
  inspectHandlers,
  type Ports,
  parseRequest,
  publishHandlers,
  type ServerFrame,
  settleHandlers,
  subscribeHandlers,
} from '../../../broker';
import { type RouteFunction, routes } from '../../../lib/routes';
import { Process } from '../process';
import type { World } from '../world';

/** What the functions serve that answer requests. */
const SERVED = {
  publish: publishHandlers,
  subscribe: subscribeHandlers,
  ack: { ...settleHandlers, catchup },
  list: inspectHandlers,
} as const;

type ServingFunction = keyof typeof SERVED;
type FunctionName = ServingFunction | 'connect' | 'disconnect' | 'deliver';

const FUNCTIONS: ReadonlyMap<string, RouteFunction> = new Map(Object.entries(routes));

const isServing = (name: RouteFunction | undefined): name is ServingFunction => name !== undefined && name in SERVED;

/** The function that answers an action. */
function functionOf(action: unknown): ServingFunction {
  const name = FUNCTIONS.get(String(action));
  if (!isServing(name)) throw new Error(`no function serves ${action}`);
  return name;
}

/** How long a function may take, as `lib/functions.ts` has it. Milliseconds. */
const ROUTE_MS = 10_000;
const DELIVER_MS = 60_000;
/** How many calls a process that is to die makes at most before: those that answer requests make few. */
const MOST_CALLS = [5, 10, 25];
/** And how many it writes. */
const MOST_WRITES = [1, 1, 2, 3];

/** A function's process, which serves one event at a time, and many in its life. */
class Instance {
  readonly process: Process;
  /** Whether something failed of what it does. */
  hasFailed = false;
  private readonly ports: Ports;
  private readonly retries: SqsRetries;
  private readonly serves = new Map<Handlers, ReturnType<typeof routed>>();

  constructor(world: World, name: FunctionName) {
    this.process = new Process(name, world.scheduler);
    const skew = world.random.between(-world.apart / 2, world.apart / 2);
    const { pendingTimers, ...stores } = dynamodbStores(world.database.clientFor(this.process), world.database.names);
    const sqs = world.wakeUps.clientFor(this.process);
    const wakeUps = new SqsWakeUps(sqs, 'wake-ups');
    this.retries = new SqsRetries(sqs, 'wake-ups');
    this.ports = {
      ...stores,
      wakeUps,
      timers: new SqsTimers(wakeUps, pendingTimers),
      pusher: new ApiGatewayPusher(world.gateway.clientFor(this.process)),
      clock: { now: () => world.scheduler.now + skew },
      ids: { next: () => world.nextId(), random: () => world.random.fraction() },
      reporter: {
        warn: (what, details) => {
          if (details.error !== undefined) this.hasFailed = true;
          world.tally.add(`reported: ${what}`);
          world.trace.note(() => `${this.process.name} reports: ${what} ${String(details.error ?? '')}`);
        },
      },
      settings: world.settings,
    };
  }

  readonly portsOf = (): Ports => this.ports;
  readonly retriesOf = (): SqsRetries => this.retries;

  /** Made once, for it remembers whose connections it has seen. */
  respond(handlers: Handlers): ReturnType<typeof routed> {
    const known = this.serves.get(handlers) ?? routed(this.portsOf, handlers);
    this.serves.set(handlers, known);
    return known;
  }
}

/** Runs the functions, each event in a process of its own that is new or idle. */
export class SimulatedLambda {
  private readonly idle = new Map<FunctionName, Instance[]>();
  private busy = 0;

  constructor(private readonly world: World) {}

  /** Whether nothing is being done. */
  get isIdle(): boolean {
    return this.busy === 0;
  }

  /** @returns what failed, by id. */
  deliver(records: readonly WakingRecord[]): Promise<ReadonlySet<string> | 'died'> {
    return this.invoke('deliver', DELIVER_MS, async (instance) => {
      const handler = deliverHandler(instance.portsOf, instance.retriesOf);
      const { batchItemFailures } = await handler({ Records: records }, this.timeLeft(DELIVER_MS));
      return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    });
  }

  /** @returns the reply, if there is one. */
  request(
    connection: ConnectionId,
    frame: Readonly<Record<string, unknown>>,
  ): Promise<ServerFrame | undefined | 'died'> {
    const name = functionOf(frame.action);
    return this.invoke(name, ROUTE_MS, async (instance) => {
      const text = JSON.stringify(frame);
      const respond = instance.respond(SERVED[name]);
      const { reply } = await respond(parseRequest(text), { connection }, this.timeLeft(ROUTE_MS), text.length);
      return reply;
    });
  }

  /** @returns the status code. */
  connect(connection: ConnectionId, client: string | undefined): Promise<number | 'died'> {
    return this.invoke('connect', ROUTE_MS, async (instance) => {
      const requestContext = { connectionId: connection, eventType: 'CONNECT' as const };
      const event = { requestContext, queryStringParameters: client === undefined ? null : { clientId: client } };
      return (await connectHandler(instance.portsOf)(event)).statusCode ?? 0;
    });
  }

  async disconnect(connection: ConnectionId): Promise<void> {
    await this.invoke('disconnect', ROUTE_MS, async (instance) => {
      const requestContext = { connectionId: connection, eventType: 'DISCONNECT' as const };
      await disconnectHandler(instance.portsOf)({ requestContext }).catch(() => undefined);
    });
  }

  private timeLeft(limit: number): TimeLeft {
    const ends = this.world.scheduler.now + limit;
    return { getRemainingTimeInMillis: () => ends - this.world.scheduler.now };
  }

  private async invoke<Answer>(
    name: FunctionName,
    limit: number,
    run: (instance: Instance) => Promise<Answer>,
  ): Promise<Answer | 'died'> {
    const { faults, oracle, random, scheduler, trace, tally } = this.world;
    await scheduler.turn();
    const instance = this.idle.get(name)?.pop() ?? new Instance(this.world, name);
    const { process } = instance;
    this.busy += 1;
    instance.hasFailed = false;
    oracle.attempts.begins(process);
    let isRunning = true;
    process.dieAfter(
      faults.happens('crash') ? random.between(0, random.pick(MOST_CALLS)) : Infinity,
      faults.happens('crash after a write') ? random.pick(MOST_WRITES) : Infinity,
    );
    scheduler.later(limit, () => {
      if (!isRunning) return;
      tally.add('time limit');
      process.die();
    });
    const answer = await process.during<Answer | 'died'>(
      () => run(instance),
      () => {
        trace.note(() => `${name} dies`);
        return 'died';
      },
    );
    isRunning = false;
    this.busy -= 1;
    if (!process.dead && !instance.hasFailed) oracle.attempts.isDone(process);
    if (!process.dead) this.idle.set(name, [...(this.idle.get(name) ?? []), instance]);
    return answer;
  }
}
