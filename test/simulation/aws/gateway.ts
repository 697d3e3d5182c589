import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ConnectionId, ServerFrame, Time } from '../../../broker';
import type { PushOutcome } from '../oracle/attempts';
import type { Process } from '../process';
import type { World } from '../world';
import type { Item } from './expression';

/** How long the SDK waits for an answer, and how often it asks: as `adapters/apigateway/client.ts` has it. */
const ANSWER_MS = 1_500;
const ATTEMPTS = 3;
const DECODER = new TextDecoder();

/** Who is at the other end of a connection. */
export interface Peer {
  readonly name: string;
  /** Gives no client id when it connects. */
  readonly isAnonymous: boolean;
  /** @param client the client id that the connection has. */
  opened(connection: ConnectionId, client: string): void;
  receive(frame: ServerFrame, connection: ConnectionId): void;
  /** It is closed, and the client knows. */
  closed(connection: ConnectionId): void;
}

interface Wire {
  readonly peer: Peer;
  readonly madeAt: Time;
  /** The client id that it was recorded with; of an anonymous one that is not known before. */
  client: string;
  state: 'opening' | 'open' | 'closed';
}

/** The connections. */
export class SimulatedGateway {
  private readonly wires = new Map<ConnectionId, Wire>();
  private made = 0;

  constructor(private readonly world: World) {}

  isOpen(connection: ConnectionId): boolean {
    return this.wires.get(connection)?.state === 'open';
  }

  /** The open connections of a client but those that are over, or will be in a moment, by some clock. */
  openOf(client: string): ConnectionId[] {
    const { apart, scheduler, settings } = this.world;
    const since = scheduler.now - settings.connectionLifetime + apart;
    return [...this.wires].flatMap(([id, { client: owner, state, madeAt }]) =>
      state === 'open' && owner === client && madeAt > since ? [id] : [],
    );
  }

  clientOf(connection: ConnectionId): string | undefined {
    return this.wires.get(connection)?.client;
  }

  private isOpening(connection: ConnectionId): boolean {
    return this.wires.get(connection)?.state === 'opening';
  }

  /** What is stored of a connection. */
  private recordOf(connection: ConnectionId): Item | undefined {
    return this.world.database.table('connections').get({ connection: { S: connection } });
  }

  clientFor(process: Process): ApiGatewayManagementApiClient {
    return new Proxy(CLIENT, {
      get: (client, name) =>
        name === 'send' ? (command: object) => this.send(process, command) : Reflect.get(client, name),
    });
  }

  async connect(peer: Peer): Promise<void> {
    const { lambda, scheduler, settings } = this.world;
    this.made += 1;
    const connection = `${peer.name}-${this.made}` as ConnectionId;
    const wire: Wire = { peer, madeAt: scheduler.now, client: peer.name, state: 'opening' };
    this.wires.set(connection, wire);
    const status = await lambda.connect(connection, peer.isAnonymous ? undefined : peer.name);
    if (peer.isAnonymous) wire.client = this.recordOf(connection)?.client?.S ?? '';
    await scheduler.turn();
    // It may have been closed from here while it was being made.
    wire.state = status === 200 && this.isOpening(connection) ? 'open' : 'closed';
    this.world.trace.note(() => `${connection} is ${wire.state}`);
    if (wire.state === 'closed') return;
    peer.opened(connection, wire.client);
    scheduler.later(settings.connectionLifetime, () => {
      if (wire.state === 'open') this.close(connection, 'expired');
    });
  }

  /** A client sends a frame. */
  async frame(connection: ConnectionId, frame: Readonly<Record<string, unknown>>): Promise<void> {
    const { faults, lambda, oracle, scheduler } = this.world;
    const wire = this.wires.get(connection);
    await scheduler.turn();
    if (wire?.state !== 'open' || faults.happens('frame lost')) return;
    const reply = await lambda.request(connection, frame);
    if (isToBeRepeated(frame, reply)) oracle.armed.excuse(wire.client);
    await scheduler.turn();
    if (wire.state !== 'open' || reply === undefined || reply === 'died' || faults.happens('reply lost')) return;
    wire.peer.receive(reply, connection);
  }

  /** Ends a connection, by the client or from here. */
  close(connection: ConnectionId, why: string): void {
    const wire = this.wires.get(connection);
    if (wire === undefined || wire.state === 'closed') return;
    wire.state = 'closed';
    this.world.trace.note(() => `${connection} is closed: ${why}`);
    wire.peer.closed(connection);
    if (wire.peer.isAnonymous) this.world.oracle.leaves(wire.client);
    if (this.world.faults.happens('disconnect lost')) return;
    this.world.scheduler.later(
      this.world.random.between(0, 3_000),
      () => void this.world.lambda.disconnect(connection),
    );
  }

  private async send(process: Process, command: object): Promise<object> {
    if (command instanceof DeleteConnectionCommand) {
      const id = command.input.ConnectionId as ConnectionId;
      if (this.world.faults.happens('close throttled'))
        throw new LimitExceededException({ message: '', $metadata: {} });
      const isOpen = await process.call(() => {
        const wasOpen = this.isOpen(id);
        this.close(id, 'by the server');
        return wasOpen;
      });
      if (!isOpen) throw new GoneException({ message: '', $metadata: {} });
      return {};
    }
    if (!(command instanceof PostToConnectionCommand)) throw new Error('a command that the simulation does not know');
    return this.post(process, command.input.ConnectionId as ConnectionId, command.input.Data);
  }

  private async post(process: Process, connection: ConnectionId, data: unknown): Promise<object> {
    const { faults, oracle, random } = this.world;
    if (!(data instanceof Uint8Array)) throw new Error('frames are pushed as bytes');
    const frame = JSON.parse(DECODER.decode(data));
    const unanswered =
      !this.isOpen(connection) && faults.happens('push refused late') ? random.between(1, ATTEMPTS - 1) : 0;
    if (unanswered > 0) await process.wait(unanswered * ANSWER_MS);
    for (let attempt = 1 + unanswered; attempt <= ATTEMPTS; attempt++) {
      const fate = faults.firstOf([
        'push gone though open',
        'push gone though it arrived',
        'push throttled',
        'push doubled',
        'push never answered',
      ]);
      const isGone = await process.call(() => {
        const wire = this.wires.get(connection);
        const isOpen = wire?.state === 'open';
        const seemsGone = !isOpen || fate === 'push gone though open' || fate === 'push gone though it arrived';
        const outcome = seemsGone ? 'gone' : (OUTCOMES.get(fate) ?? 'slow');
        oracle.attempts.pushed(process, wire?.client, frame, outcome);
        if (isOpen && fate !== 'push gone though open' && fate !== 'push throttled')
          wire.peer.receive(frame, connection);
        return seemsGone;
      });
      if (isGone) {
        this.world.tally.add('push to a connection that is gone');
        throw new GoneException({ message: '', $metadata: {} });
      }
      if (fate === undefined) return {};
      if (fate === 'push throttled') throw new LimitExceededException({ message: '', $metadata: {} });
      await process.wait(ANSWER_MS);
      if (fate === 'push never answered') break;
    }
    throw new Error('no answer in time');
  }
}

/** Of a push to a connection that is open; others are not answered. */
const OUTCOMES = new Map<string | undefined, PushOutcome>([
  [undefined, 'sent'],
  ['push throttled', 'throttled'],
]);

/** What need not be repeated if it is not answered: it has a wake-up before it is stored, or changes nothing. */
const SAFE = new Set(['seek', 'redrive', 'publish', 'list', 'status', 'purge']);

/** Whether a request has to be repeated: until then what it began may be left as it is. */
const isToBeRepeated = (frame: Readonly<Record<string, unknown>>, reply: ServerFrame | undefined | 'died'): boolean =>
  reply === 'died'
    ? !SAFE.has(String(frame.action))
    : reply?.type === 'error' && (reply.code === 'unavailable' || reply.code === 'internal');

const CLIENT = new ApiGatewayManagementApiClient({
  region: 'nowhere',
  endpoint: 'http://nowhere',
  credentials: { accessKeyId: '', secretAccessKey: '' },
});
