import { openLmdb } from '../adapters/lmdb';
import { NodeTimers, NodeWakeUps, pinoReporter, systemClock, systemIds } from '../adapters/node';
import { WebSocketPusher } from '../adapters/websocket';
import { authenticate, DEFAULT_QUOTAS, DEFAULT_SETTINGS, LOOPBACK_QUOTAS, type Ports } from '../broker';
import { admission, credentialsOf } from './admission';
import { Connections } from './connections';
import { Doorbell } from './doorbell';
import { healthOf } from './health';
import { listen } from './listen';
import { isLoopback } from './loopback';
import type { ServerOptions } from './options';
import { Revocations } from './revocations';

const SWEEP_EVERY_MS = 60_000;
const CONNECTION_LIFETIME_MS = 24 * 3_600_000;

/** A server that runs. */
export interface Server {
  readonly port: number;
  /** Says goodbye to all connections, and releases the data folder. */
  close(): Promise<void>;
}

/**
 * Runs Holdfast in this process.
 *
 * @throws UnusableFolder, CorruptStore, or what `listen` throws: EADDRINUSE, EACCES, ENOTFOUND …
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const reporter = pinoReporter(options.logLevel, 2);
  const doorbell: Doorbell = new Doorbell(() => ports);
  const stores = await openLmdb(options.data, {
    onAppended: (queue) => doorbell.ring(queue),
    report: (what, error) => reporter.warn(what, { error }),
    durability: options.durability,
  });
  const quotas = { ...(isLoopback(options.host) ? LOOPBACK_QUOTAS : DEFAULT_QUOTAS), ...options.quotas };
  // A connection that did not read gets what it missed as soon as it reads again.
  const pusher = new WebSocketPusher((connection) => doorbell.serve({ kind: 'welcome', connection }));
  const ports: Ports = {
    ...stores,
    pusher,
    wakeUps: new NodeWakeUps((wakeUp) => doorbell.serve(wakeUp)),
    timers: new NodeTimers((wakeUp) => doorbell.serve(wakeUp)),
    clock: systemClock,
    ids: systemIds(),
    reporter,
    settings: {
      ...DEFAULT_SETTINGS,
      messageRetention: options.retention,
      deadLetterRetention: options.deadLetterRetention,
      subscriptionExpiry: options.subscriptionExpiry,
      connectionLifetime: CONNECTION_LIFETIME_MS,
      quotas,
      // One process serves a whole queue, so more shards would only be served one after the other.
      shardSize: Number.POSITIVE_INFINITY,
      accessControl: options.auth !== 'none',
    },
  };
  const credentials = credentialsOf(options, stores.keys);
  const connections = new Connections(ports, pusher, authenticate(credentials));
  const revocations = options.auth === 'keys' ? new Revocations(ports, () => connections.ids()) : undefined;
  try {
    const isHealthy = healthOf(() => stores.check());
    const admit = admission(credentials, ports);
    const listener = await listen(
      { ...options, isHealthy, admit, most: quotas['deployment.connections'], isFull: () => connections.isFull },
      (...accepted) => connections.accept(...accepted),
    );
    const sweeping = setInterval(() => {
      stores
        .sweep(systemClock.now())
        .catch((error) => reporter.warn('what has expired could not be removed', { error }));
    }, SWEEP_EVERY_MS);
    sweeping.unref();
    return {
      port: listener.port,
      close: async () => {
        clearInterval(sweeping);
        revocations?.stop();
        const unbound = listener.close();
        await connections.close();
        await unbound;
        await stores.close();
      },
    };
  } catch (error) {
    revocations?.stop();
    await stores.close();
    throw error;
  }
}
