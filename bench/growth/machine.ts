import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdb } from '../../adapters/lmdb';
import { NodeTimers, NodeWakeUps, systemClock, systemIds } from '../../adapters/node';
import {
  answer,
  type ClientId,
  type ConnectionId,
  DEFAULT_SETTINGS,
  LOOPBACK_QUOTAS,
  type Ports,
  parseRequest,
  publishHandlers,
  type QueueName,
  settleHandlers,
  subscribeHandlers,
  wakeQueue,
  welcome,
} from '../../broker';

const LIFETIME = 86_400_000;
const handlers = { ...publishHandlers, ...subscribeHandlers, ...settleHandlers };

/** A client of the machine, and the seqs that were pushed to it. */
export interface Consumer {
  readonly client: ClientId;
  readonly connection: ConnectionId;
  /** Takes the seqs that came since it was called last. */
  take(): number[];
}

/** The single machine's broker over its store, in this process and without sockets. */
export class Machine {
  private constructor(
    private readonly ports: Ports,
    private readonly pushed: Map<ConnectionId, number[]>,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-growth-'));
    const stores = await openLmdb(folder, { durability: 'os' });
    const pushed = new Map<ConnectionId, number[]>();
    const ports: Ports = {
      ...stores,
      pusher: {
        push: async (connection, frames) => {
          for (const frame of frames) pushed.get(connection)?.push(...seqsIn(frame));
          return { outcome: 'sent', sent: frames.length };
        },
        close: async () => undefined,
      },
      wakeUps: new NodeWakeUps(() => undefined),
      timers: new NodeTimers(() => undefined),
      clock: systemClock,
      ids: systemIds(),
      reporter: { warn: (what, { error }) => console.error(what, error) },
      settings: { ...DEFAULT_SETTINGS, quotas: LOOPBACK_QUOTAS, shardSize: Number.POSITIVE_INFINITY },
    };
    return new Machine(ports, pushed, async () => {
      await stores.close();
      await rm(folder, { recursive: true });
    });
  }

  async connect(name: string): Promise<Consumer> {
    const client = name as ClientId;
    const connection = `${name} wire` as ConnectionId;
    const seqs: number[] = [];
    this.pushed.set(connection, seqs);
    const connectedAt = systemClock.now();
    await this.ports.connections.add({ client, connection, connectedAt, expiresAt: connectedAt + LIFETIME });
    await welcome(this.ports, connection);
    return { client, connection, take: () => seqs.splice(0) };
  }

  async request(caller: Pick<Consumer, 'client' | 'connection'>, frame: object): Promise<void> {
    const { reply } = await answer(this.ports, caller, parseRequest(JSON.stringify(frame)), handlers);
    if (reply?.type === 'error') throw new Error(reply.message);
  }

  deliver(queue: string): Promise<void> {
    return wakeQueue(this.ports, queue as QueueName);
  }
}

/** Of a `messages` frame; read by a pattern, for to parse it would be most of what is measured. */
function seqsIn(frame: Uint8Array): number[] {
  const text = Buffer.from(frame).toString('latin1');
  if (!text.startsWith('{"type":"messages"')) return [];
  return [...text.matchAll(/\{"seq":(\d+),"id"/g)].map(([, seq]) => Number(seq));
}
