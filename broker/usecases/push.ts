import type { Advance, Gap } from '../decide/advance';
import type { Refused } from '../decide/giveBack';
import type { Seq } from '../model/names';
import type { AttachedConnection, Subscription } from '../model/subscription';
import type { Ports, Pushed } from '../ports';
import { encodeFrame, encodeMessages } from '../protocol/encode';
import type { Round } from './round';

/** One frame to push, and what to restore if no connection takes it. */
interface Output {
  readonly bytes: Uint8Array;
  readonly seqs: readonly Seq[];
  /** Where the cursor and its frames stood before it, if it is a first delivery. */
  readonly back?: { readonly next: Seq; readonly covered: Seq } | undefined;
}

/** What became of an advance's frames. */
export interface PushResult {
  /** Connections that turned out not to be there. */
  readonly gone: readonly AttachedConnection[];
  /** Full connections that did not get what another connection of the client got. */
  readonly missed: readonly AttachedConnection[];
  /** The deliveries that no connection took, because all are gone or full; undefined if there are none. */
  readonly refused?: Refused;
  /** Deliveries that certainly reached nobody, and would not if they were made again at once. */
  readonly throttled?: readonly Seq[];
}

const ALL_TAKEN: PushResult = { gone: [], missed: [] };

/**
 * Sends gaps before the state that has passed them is stored. In the other order a crash in between would lose a gap
 * for ever. In this order it is sent again, which does no harm.
 *
 * @returns whether a connection took them all, and which connections are gone.
 */
export async function tellGaps(
  ports: Ports,
  { queue, connections }: Subscription,
  gaps: readonly Gap[],
): Promise<{ readonly told: boolean; readonly gone: readonly AttachedConnection[] }> {
  const frames = gaps.map((gap) => encodeFrame({ type: 'gap', queue, ...gap, reason: 'expired' }));
  const pushed = await pushToEach(ports, connections, frames);
  return {
    told: pushed.some(({ outcome }) => outcome === 'sent'),
    gone: connections.filter((_, index) => pushed[index]?.outcome === 'gone'),
  };
}

/**
 * Pushes the deliveries that an advance decided, to every connection of the subscription.
 *
 * @param before what was advanced.
 * @param after as it was stored.
 */
export async function push(
  ports: Ports,
  before: Subscription,
  after: Subscription,
  step: Advance,
  round: Round,
): Promise<PushResult> {
  const { connections, next } = after;
  const outputs = outputsOf(before, step, round);
  if (outputs.length === 0) return ALL_TAKEN;
  const frames = outputs.map(({ bytes }) => bytes);
  const pushed = await pushToEach(ports, connections, frames);
  if (pushed.every(({ outcome }) => outcome === 'sent')) return ALL_TAKEN;
  const gone = connections.filter((_, index) => pushed[index]?.outcome === 'gone');
  const isTaken = pushed.some(({ outcome }) => outcome === 'sent' || outcome === 'slow');
  const reached = isTaken ? outputs.length : Math.max(...pushed.map(({ sent }) => sent));
  const missed = connections.filter((_, index) => {
    const { outcome, sent } = pushed[index] ?? { sent: reached };
    return outcome === 'full' && sent < reached;
  });
  const rest = outputs.slice(reached);
  if (pushed.some(({ outcome }) => outcome === 'throttled')) return { gone, missed, throttled: seqsOf(rest) };
  return { gone, missed, ...refusal(rest, next) };
}

/**
 * Pushes to connections. The failure of one does not affect the others, and counts as `slow`.
 *
 * @throws what the pusher threw, if it threw for all connections.
 */
export async function pushToEach(
  { pusher, reporter }: Pick<Ports, 'pusher' | 'reporter'>,
  connections: readonly AttachedConnection[],
  frames: readonly Uint8Array[],
): Promise<Pushed[]> {
  const [only] = connections;
  if (only !== undefined && connections.length === 1) return [await pusher.push(only.connection, frames)];
  const pushed = await Promise.allSettled(connections.map(({ connection }) => pusher.push(connection, frames)));
  const failed = pushed.filter((one) => one.status === 'rejected');
  if (failed.length > 0 && failed.length === pushed.length) throw failed[0]?.reason;
  for (const { reason } of failed) reporter.warn('a connection could not be pushed to', { error: reason });
  return pushed.map((one) => (one.status === 'fulfilled' ? one.value : { outcome: 'slow', sent: 0 }));
}

function outputsOf({ queue, next }: Subscription, step: Advance, round: Round): Output[] {
  const outputs: Output[] = [];
  if (step.redeliveries.length > 0)
    for (const { bytes, deliveries } of encodeMessages(queue, step.redeliveries))
      outputs.push({ bytes, seqs: deliveries.map(({ message }) => message.seq) });
  if (step.fresh)
    for (const { bytes, deliveries, covers } of round.encode(step.fresh))
      outputs.push({
        bytes,
        seqs: deliveries.map(({ message }) => message.seq),
        // The first frame also covers messages that were passed over before it: the cursor need not go back over those.
        back: covers && { next: Math.max(next, covers.from), covered: covers.from },
      });
  return outputs;
}

function refusal(outputs: readonly Output[], next: Seq): { refused?: Refused } {
  if (outputs.length === 0) return {};
  const back = outputs.find((output) => output.back !== undefined)?.back;
  return {
    refused: {
      next,
      ...(back === undefined ? {} : { back }),
      seqs: seqsOf(outputs),
    },
  };
}

const seqsOf = (outputs: readonly Output[]): Seq[] => outputs.flatMap(({ seqs }) => seqs);
