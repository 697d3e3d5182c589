import * as decide from '../decide/settle';
import { windowOf } from '../decide/window';
import { censusOf, countInFlight } from '../model/census';
import type { Seq, Time } from '../model/names';
import { backlogOf, type Flight, type Subscription, type SubscriptionKey } from '../model/subscription';
import { type Ports, Unavailable } from '../ports';
import { encodeFrame } from '../protocol/encode';
import type { RequestOf } from '../protocol/requests';
import { bury } from './bury';
import { changeOwn, notSubscribed } from './change';
import { deliver, handOver } from './deliver';
import type { Caller, Handlers, Outcome } from './outcome';
import { pushToEach } from './push';

type Settle = RequestOf<'ack' | 'nack' | 'reject' | 'extend'>;

const REPLIES = { ack: 'acked', nack: 'nacked', reject: 'rejected', extend: 'extended' } as const;
const SECOND = 1000;

/** Settles what was delivered, and delivers what that makes room for. */
export const settleHandlers = { ack: settle, nack: settle, reject: settle, extend: settle } satisfies Handlers;

async function settle(ports: Ports, caller: Caller, request: Settle): Promise<Outcome> {
  const { queue } = request;
  let wasFull = false;
  const settled = await changeOwn(ports, caller, queue, async (subscription, now) => {
    // Keep this from failed tries too: an earlier save may have succeeded although its answer was lost.
    wasFull ||= isFull(subscription);
    const settlement = decideOn(ports, subscription, request, now);
    const retryAt = retryOf(request, subscription, settlement.subscription);
    if (retryAt !== undefined) await ports.timers.arm(subscription, retryAt, now);
    return settlement;
  });
  if (settled === undefined) throw notSubscribed(queue);
  const { before, subscription, decision } = settled;
  const { seqs } = decision;
  // Arm again: the timer that was pending may have gone off before this was stored.
  const retryAt = retryOf(request, before, subscription);
  if (retryAt !== undefined) await ports.timers.arm(subscription, retryAt, ports.clock.now());
  const isFinal = request.action === 'ack' || request.action === 'reject';
  if (isFinal && seqs.length > 0) await tellOthers(ports, caller, subscription, seqs);
  const dead = deadAmong(subscription, seqs);
  const left = dead.length === 0 ? subscription : await bury(ports, subscription, dead);
  if (left && (wasFull || isDue(left, ports.clock.now()))) await refill(ports, left);
  if (request.ref === undefined) return {};
  await ports.subscriptions.persisted(subscription);
  const head = (await ports.queues.get(queue))?.head ?? 0;
  return {
    reply: {
      type: REPLIES[request.action],
      ref: request.ref,
      queue,
      settled: seqs.length,
      inFlight: countInFlight(subscription),
      backlog: backlogOf(subscription, head),
    },
  };
}

function decideOn(ports: Ports, subscription: Subscription, request: Settle, now: Time): decide.Settlement {
  switch (request.action) {
    case 'ack':
      return decide.ack(
        subscription,
        request.upTo === undefined ? { seqs: request.seqs ?? [] } : { upTo: request.upTo },
        now,
      );
    case 'nack': {
      const { delay, reason } = request;
      const options = { delay: delay === undefined ? undefined : delay * SECOND, reason };
      return decide.nack(subscription, request, now, ports.ids.random(), options);
    }
    case 'reject':
      return decide.reject(subscription, request, now, request.reason);
    case 'extend':
      return decide.extend(subscription, request, now, request.seconds * SECOND);
  }
}

/** When the first is due that is due earlier than before. An ack makes nothing due, except for redriven messages. */
function retryOf({ action }: Settle, before: Subscription, after: Subscription): Time | undefined {
  if (after === before || (action === 'ack' && censusOf(after.inFlight).acked === 0)) return undefined;
  const known = new Map(before.inFlight.map((flight) => [flight.seq, flight.dueAt]));
  const sooner = after.inFlight.filter((flight) => flight.dueAt < (known.get(flight.seq) ?? Infinity) || flight.dead);
  return sooner.length === 0 ? undefined : Math.min(...sooner.map(({ dueAt }) => dueAt));
}

/**
 * Whether the window was full before. Only then did wake-ups find no room, so only then must we deliver now, unless
 * something {@link isDue}.
 */
function isFull(subscription: Subscription): boolean {
  const { forBacklog, forWaiting } = windowOf(subscription);
  return forBacklog === 0 || forWaiting === 0;
}

const isDue = ({ inFlight }: Subscription, now: Time): boolean => censusOf(inFlight).due <= now;

function deadAmong({ inFlight }: Subscription, seqs: readonly Seq[]): Flight[] {
  if (censusOf(inFlight).dead === 0) return [];
  const named = new Set(seqs);
  return inFlight.filter((flight) => flight.dead && named.has(flight.seq));
}

/**
 * Delivers what a settlement made room for, once for all settlements that arrived together where that is possible. The
 * settlement is stored, and repeating it would deliver nothing: if the delivery fails now, a wake-up makes it later.
 */
async function refill(ports: Ports, subscription: Subscription): Promise<void> {
  if (ports.wakeUps.gather !== undefined) return ports.wakeUps.gather(subscription);
  try {
    await deliver(ports, subscription);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    ports.reporter.warn('what a settlement made room for is left to a wake-up', { queue: subscription.queue, error });
    await handOver(ports, subscription);
  }
}

/** Only spares other connections work, so a failure is ignored. */
async function tellOthers(
  ports: Ports,
  caller: Caller,
  { queue, connections }: Subscription & SubscriptionKey,
  seqs: readonly Seq[],
): Promise<void> {
  const others = connections.filter(({ connection }) => connection !== caller.connection);
  if (others.length === 0) return;
  const frame = encodeFrame({ type: 'settled', queue, seqs: [...seqs] });
  try {
    await pushToEach(ports, others, [frame]);
  } catch (error) {
    ports.reporter.warn('what was settled could not be told to the other connections', { queue, error });
  }
}
