import { windowOf } from '../../../broker/decide/window';
import type { Seq, Time } from '../../../broker/model/names';
import type { Subscription } from '../../../broker/model/subscription';
import type { WakeUp } from '../../../broker/ports';
import type { World } from '../world';
import { UNSETTLED_MS } from './account';
import { undelivered } from './ending';

/**
 * How much later than it is needed a timer may go off, in a world where each call may take seconds. Milliseconds. What
 * a connection was too slow to take is tried again when its ack deadline has passed.
 */
const LATE_MS = 20_000;

/**
 * While nothing is done anywhere, whoever is connected and has something due now or later is concerned by a wake-up
 * that is pending, and comes in time. Who asked for something that failed has to ask again before this is expected of
 * it.
 */
export class Armed {
  /** Clients that asked for something which failed, until when that may still have an effect. */
  private readonly excused = new Map<string, Time>();

  /** Whether anything changed since it was seen that all are. */
  private isOpen = true;

  constructor(private readonly world: World) {
    for (const table of ['subscriptions', 'messages'] as const) world.database.table(table).watch(() => this.reopen());
  }

  /** Something changed: a state, or which wake-ups are pending. */
  reopen(): void {
    this.isOpen = true;
  }

  /** A request of a client was not seen through: what it began may be left as it is until the client asks again. */
  excuse(client: string): void {
    this.excused.set(client, this.world.scheduler.now + UNSETTLED_MS);
  }

  isExcused(client: string): boolean {
    return this.excused.has(client);
  }

  check(): void {
    const { oracle, lambda, streams, givenUp } = this.world;
    if (!this.isOpen || givenUp > 0 || !lambda.isIdle || streams.some((stream) => !stream.isIdle)) return;
    this.isOpen = false;
    const asleep = new Set<string>();
    for (const subscription of oracle.stored()) {
      const due = this.dueAt(subscription);
      const isMissed = this.missed(subscription);
      if (!isMissed && (due === undefined || this.isArmed(subscription, due))) continue;
      asleep.add(subscription.client);
      if (this.excused.has(subscription.client)) continue;
      if (isMissed)
        this.world.fail(`who is welcomed is delivered to (${subscription.client} of ${subscription.queue})`);
      else if (due !== undefined)
        this.world.fail(
          `what is due has a wake-up pending (${subscription.client} of ${subscription.queue}, version ${subscription.version}, due ${new Date(due).toISOString()})`,
        );
    }
    for (const [client, until] of this.excused)
      if (!asleep.has(client) && until < this.world.scheduler.now) this.excused.delete(client);
  }

  /**
   * Whether a connection was welcomed that a subscription does not deliver to, and nothing is pending that will see to
   * it.
   */
  private missed({ client, connections, expiresAt }: Subscription): boolean {
    const { gateway, oracle, scheduler, wakeUps } = this.world;
    if (expiresAt <= scheduler.now) return false;
    return gateway
      .openOf(client)
      .some(
        (open) =>
          oracle.isWelcomed(open) &&
          !connections.some(({ connection }) => connection === open) &&
          ![...wakeUps.pending.values()].some(({ wakeUp }) => 'connection' in wakeUp && wakeUp.connection === open),
      );
  }

  /** When a subscription has something to be done for; undefined if it has not. */
  private dueAt(subscription: Subscription): Time | undefined {
    const { now } = this.world.scheduler;
    const isConnected = subscription.connections.some(({ connection }) => this.world.gateway.isOpen(connection));
    if (!isConnected || subscription.expiresAt <= now) return undefined;
    const { forBacklog, forWaiting } = windowOf(subscription);
    const due = subscription.inFlight.filter(({ waiting }) => !waiting || forWaiting > 0).map(({ dueAt }) => dueAt);
    const [behind] = forBacklog > 0 ? undelivered(this.world, subscription) : [];
    const earliest = Math.min(...due, behind === undefined ? Infinity : this.reachableAt(subscription, behind));
    return earliest === Infinity ? undefined : Math.max(now, earliest);
  }

  /** When the cursor can come to a number: what stands behind a hole is reached when the hole can be filled. */
  private reachableAt({ queue, next }: Subscription, seq: Seq): Time {
    const { now } = this.world.scheduler;
    for (let one = next; one < seq; one++) {
      const taken = this.world.oracle.history.at(queue, one);
      if (taken?.message === undefined && taken?.tombstone === undefined) return now + HOLE_MS;
    }
    return now;
  }

  private isArmed({ queue, shard, client, settings }: Subscription, due: Time): boolean {
    const latest = due + LATE_MS + settings.ackDeadline * SECOND + this.world.apart;
    const concerns = (wakeUp: WakeUp): boolean => {
      if (wakeUp.kind === 'queue') return wakeUp.queue === queue;
      if (wakeUp.kind === 'welcome') return this.world.gateway.openOf(client).includes(wakeUp.connection);
      if (!('shard' in wakeUp) || wakeUp.shard.queue !== queue || wakeUp.shard.shard !== shard) return false;
      return wakeUp.kind !== 'subscription' || wakeUp.client === client;
    };
    // One that was received already comes again when it does.
    return [...this.world.wakeUps.pending.values()].some(
      ({ wakeUp, at, receives }) => (receives > 0 || at <= latest) && concerns(wakeUp),
    );
  }
}

const SECOND = 1_000;

/** When a number that was taken is given up, and a hole, at the latest. Milliseconds. */
const HOLE_MS = 60_000;
