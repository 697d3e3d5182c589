import {
  type CollectingReporter,
  collectingReporter,
  type MemoryTimers,
  type MemoryWakeUps,
  manualClock,
  memoryStores,
  memoryTimers,
  memoryWakeUps,
  type RecordingPusher,
  recordingPusher,
  seededIds,
} from '../../../adapters/memory';
import {
  type Access,
  type AllHandlers,
  answer,
  authenticate,
  type BrokerSettings,
  type ClientId,
  type Connection,
  type ConnectionId,
  type Credentials,
  catchup,
  DEFAULT_SETTINGS,
  farewell,
  inspectHandlers,
  type Outcome,
  type Ports,
  parseRequest,
  ping,
  publishHandlers,
  type QueueName,
  type ServerFrame,
  type Stores,
  serverFrameSchema,
  settleHandlers,
  subscribeHandlers,
  type Time,
  wake,
  wakeQueue,
} from '../../../broker';
import { anonymousClient } from '../../../broker/model/names';
import type { Subscription, SubscriptionKey } from '../../../broker/model/subscription';
import { encodeReply } from '../../../broker/protocol/encode';

export const QUEUE = 'Database Events' as QueueName;
/** A client whose name the server made up. */
export const ANONYMOUS = anonymousClient('6f1c2f0a-5d0e-4f3b-9a53-0c8d7d3f1e2a');

const RETRY_MS = 1_000;

/** What a test may change about a world. */
export interface WorldOptions {
  readonly settings?: Partial<BrokerSettings>;
  /** Puts something between the broker and its ports: see `interpose.ts`. */
  readonly between?: (ports: Ports) => Partial<Ports>;
  readonly betweenAppendSteps?: () => Promise<void>;
  /** What is made of a token in an `auth` request. */
  readonly credentials?: Credentials;
}

/** One of a client's connections. */
export interface Wire {
  readonly client: ClientId;
  readonly connection: ConnectionId;
  /** Where the client's subscription of {@link QUEUE} is stored. */
  readonly key: SubscriptionKey;
  /** The frames that arrived since this was called last. */
  take(): ServerFrame[];
  /** Sends a request, lets everything happen that follows from it, and returns the reply if there is one. */
  request(frame: Record<string, unknown>): Promise<ServerFrame | undefined>;
  /** As `request`, but what follows from it is left pending. */
  ask(frame: Record<string, unknown>): Promise<ServerFrame | undefined>;
}

/** The broker in a world without chance: time stands still until it is moved, and what is to happen waits its turn. */
export interface World {
  readonly ports: Ports;
  readonly pusher: RecordingPusher;
  readonly wakeUps: MemoryWakeUps;
  readonly timers: MemoryTimers;
  /** What was thrown by what was woken; each was woken again a second later. */
  readonly failures: unknown[];
  /** Records a connection; its welcome is left pending. */
  open(client: string, connection: string, access?: Access): Promise<Wire>;
  /** Opens a connection and lets it be welcomed. */
  connect(client: string, connection?: string, access?: Access): Promise<Wire>;
  /** The platform notices that a connection ended. */
  disconnect(...wires: Wire[]): Promise<void>;
  /** From now on pushes to the connection answer that it is gone; nobody noticed otherwise. */
  vanish(wire: Wire): void;
  /** Wakes a connection, as its record or a repeated wake-up does. */
  welcome(wire: Wire): Promise<void>;
  /** Wakes the subscriptions of {@link QUEUE}'s first shard. */
  wakeShard(): Promise<void>;
  /** Sends a text, and returns what came of it. */
  say(wire: Wire, text: string): Promise<Outcome>;
  /** What was reported. */
  readonly reports: CollectingReporter['reports'];
  /** The stored state of the client's subscription of {@link QUEUE}. */
  state(wire: Wire): Promise<Subscription | undefined>;
  /** Does what is due, and what becomes due by it. */
  pump(): Promise<void>;
  /** Moves the clock, stopping wherever something becomes due. Milliseconds. */
  pass(ms: number): Promise<void>;
}

/** Makes a world in which nothing happened yet. */
export function createWorld(options: WorldOptions = {}): World {
  const clock = manualClock();
  const wakeUps = memoryWakeUps(clock);
  const timers = memoryTimers(wakeUps);
  const pusher = recordingPusher();
  const reporter = collectingReporter();
  const failures: unknown[] = [];
  const known = new Map<ConnectionId, Connection>();
  let jobs: { readonly at: Time; readonly run: () => Promise<void> }[] = [];
  const later = (run: () => Promise<void>, delay = 0) => void jobs.push({ at: clock.now() + delay, run });

  const stores = memoryStores(
    options.betweenAppendSteps === undefined ? {} : { betweenAppendSteps: options.betweenAppendSteps },
  );
  const plain: Ports = {
    ...ringing(stores),
    pusher,
    wakeUps,
    timers,
    clock,
    ids: seededIds(),
    reporter,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
  };
  const ports: Ports = { ...plain, ...options.between?.(plain) };

  /** The stores, with the wake-ups that the platform makes of changes to them. */
  function ringing({ log, connections, ...others }: Stores): Stores {
    return {
      ...others,
      log: {
        append: async (queue, ...rest) => {
          const appended = await log.append(queue, ...rest);
          later(() => wakeQueue(ports, queue));
          return appended;
        },
        read: (...args) => log.read(...args),
        get: (...args) => log.get(...args),
        fill: (...args) => log.fill(...args),
      },
      connections: {
        add: async (connection) => {
          await connections.add(connection);
          known.set(connection.connection, connection);
          await wakeUps.send({ kind: 'welcome', connection: connection.connection }, 0);
        },
        get: (...args) => connections.get(...args),
        renew: (...args) => connections.renew(...args),
        ofKey: (...args) => connections.ofKey(...args),
        remove: async (connection) => {
          await connections.remove(connection);
          const ended = known.get(connection);
          if (ended !== undefined && known.delete(connection)) later(() => farewell(ports, ended));
        },
      },
    };
  }

  async function attempt(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (failure) {
      failures.push(failure);
      later(run, RETRY_MS);
    }
  }

  async function pump(): Promise<void> {
    for (;;) {
      const due = jobs.filter(({ at }) => at <= clock.now());
      jobs = jobs.filter(({ at }) => at > clock.now());
      const woken = wakeUps.takeDue();
      if (due.length + woken.length === 0) return;
      for (const { run } of due) await attempt(run);
      for (const wakeUp of woken) await attempt(() => wake(ports, wakeUp));
    }
  }

  async function pass(ms: number): Promise<void> {
    const end = clock.now() + ms;
    await pump();
    for (;;) {
      const next = Math.min(wakeUps.nextAt() ?? Infinity, ...jobs.map(({ at }) => at));
      if (next > end) break;
      clock.set(Math.max(next, clock.now()));
      await pump();
    }
    clock.set(end);
  }

  const handlers: AllHandlers = {
    ...publishHandlers,
    ...subscribeHandlers,
    ...settleHandlers,
    catchup,
    ...inspectHandlers,
    auth: authenticate(options.credentials),
    ping,
  };

  async function say({ client, connection }: Pick<Wire, 'client' | 'connection'>, text: string): Promise<Outcome> {
    const access = (await ports.connections.get(connection, clock.now()))?.access;
    return answer(ports, { client, connection, ...(access && { access }) }, parseRequest(text), handlers);
  }

  function wireOf(client: ClientId, connection: ConnectionId): Wire {
    const ask = async (frame: Record<string, unknown>) => {
      const outcome = await say({ client, connection }, JSON.stringify(frame));
      for (const wakeUp of outcome.wakeUps ?? []) await wakeUps.send(wakeUp, 0);
      return outcome.reply === undefined ? undefined : checked(JSON.parse(encodeReply(outcome.reply)));
    };
    return {
      client,
      connection,
      key: { queue: QUEUE, shard: 0, client },
      take: () => pusher.takeFrames(connection).map(checked),
      ask,
      request: async (frame) => {
        const reply = await ask(frame);
        await pump();
        return reply;
      },
    };
  }

  async function open(client: string, name: string, access?: Access): Promise<Wire> {
    const now = clock.now();
    const wire = wireOf(client as ClientId, name as ConnectionId);
    const expiresAt = now + ports.settings.connectionLifetime;
    const record = { client: wire.client, connection: wire.connection, connectedAt: now, expiresAt };
    await ports.connections.add({ ...record, ...(access && { access }) });
    return wire;
  }

  let opened = 0;
  return {
    ports,
    pusher,
    wakeUps,
    timers,
    failures,
    open,
    connect: async (client, connection, access) => {
      opened += 1;
      const wire = await open(client, connection ?? `connection ${opened}`, access);
      await pump();
      return wire;
    },
    disconnect: async (...wires) => {
      for (const { connection } of wires) {
        pusher.answer(connection, 'gone');
        await ports.connections.remove(connection);
      }
      await pump();
    },
    welcome: ({ connection }) => wake(ports, { kind: 'welcome', connection }),
    wakeShard: () => wake(ports, { kind: 'shard', shard: { queue: QUEUE, shard: 0 } }),
    say,
    reports: reporter.reports,
    state: ({ key }) => ports.subscriptions.get(key, clock.now()),
    vanish: ({ connection }) => pusher.answer(connection, 'gone'),
    pump,
    pass,
  };
}

/** Every frame that is sent is one that the protocol has. */
function checked(frame: unknown): ServerFrame {
  const parsed = serverFrameSchema.parse(frame);
  expect(parsed).toEqual(frame);
  return parsed;
}
