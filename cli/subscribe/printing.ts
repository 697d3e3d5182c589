import type { Holdfast, Message, Position, SubscribeOptions } from '../../client';
import { Interrupted } from '../exitCode';
import { colors, note, say, written } from '../output/print';
import { visibleJson } from '../visible';
import { ask } from './ask';
import { messageFields, messageLine } from './line';

/** Which messages are printed, and how they are settled. */
export interface Printing {
  /** None: all. */
  readonly events: readonly string[];
  readonly from: Position | undefined;
  readonly ack: 'auto' | 'none' | 'prompt';
  /** Ends after so many. */
  readonly count: number | undefined;
  /** Seconds. */
  readonly deadline: number | undefined;
  readonly window: number | undefined;
  readonly json: boolean;
}

/**
 * Subscribes, and prints each message, until there were enough or Ctrl-C is typed. A message is acked only after it was
 * printed.
 *
 * @returns whether it was interrupted before there were enough.
 */
export async function printMessages(holdfast: Holdfast, queue: string, printing: Printing): Promise<boolean> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const stopTelling = tellOf(holdfast, queue, printing);
  const options: SubscribeOptions = {
    events: printing.events.length === 0 ? undefined : printing.events,
    from: printing.from,
    ackDeadline: printing.deadline,
    maxInFlight: printing.window,
    signal: ending.signal,
  };
  let shown = 0;
  const show = async (message: Message) => {
    await written(printing.json ? visibleJson(messageFields(message)) : messageLine(message, new Date(), colors));
    shown += 1;
  };
  try {
    if (printing.ack === 'none') await look(holdfast, queue, options, printing.count, show);
    else await handle(holdfast, queue, options, printing, show);
  } catch (error) {
    // Before there were enough: the message that was asked about is one of them.
    if (error instanceof Interrupted) return printing.count !== undefined;
    if (!ending.signal.aborted) throw error;
  } finally {
    stopTelling();
  }
  return ending.signal.aborted && shown < (printing.count ?? 0);
}

type Show = (message: Message) => Promise<void>;

/** Prints and settles one message after the other. */
async function handle(
  holdfast: Holdfast,
  queue: string,
  options: SubscribeOptions,
  { ack, count = Number.POSITIVE_INFINITY }: Printing,
  show: Show,
): Promise<void> {
  let shown = 0;
  for await (const message of holdfast.subscribe(queue, options)) {
    await show(message);
    if (ack === 'prompt' && (await settleAsTold(message, options.signal)) === 'quit') return;
    shown += 1;
    if (shown < count) continue;
    message.ack();
    return;
  }
}

async function settleAsTold(message: Message, signal: AbortSignal | undefined): Promise<string> {
  const answer = await ask(message, signal);
  if (answer === 'ack') message.ack();
  if (answer === 'nack') message.nack();
  if (answer === 'reject') message.reject('rejected by hand');
  return answer;
}

/** Prints without settling anything: the handler of each message never returns, nor throws. */
async function look(
  holdfast: Holdfast,
  queue: string,
  options: SubscribeOptions,
  count = Number.POSITIVE_INFINITY,
  show: Show,
): Promise<void> {
  let shown = 0;
  let enough: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const end = new Promise<void>((resolve, reject) => {
    enough = resolve;
    fail = reject;
  });
  // It may fail before `consume` resolves.
  end.catch(() => {});
  options.signal?.addEventListener('abort', enough);
  const unsettled = { ...options, concurrency: Number.POSITIVE_INFINITY, maxExtension: 0 };
  const { done } = await holdfast.consume(queue, unsettled, async (message) => {
    shown += 1;
    const place = shown;
    if (place <= count) await show(message).catch(fail);
    if (place === count) enough();
    await new Promise(() => {});
  });
  await Promise.race([end, done]);
}

/** Reports on standard error what else a reader should know, such as gaps. The returned function ends this. */
function tellOf(holdfast: Holdfast, queue: string, { from }: Printing): () => void {
  if (from !== undefined && holdfast.welcome?.subscriptions.some((one) => one.queue === queue))
    note(
      say`${holdfast.clientId ?? ''} has a subscription of ${queue} already: --from changes nothing, seek moves it.`,
    );
  let wasLost = false;
  const stops = [
    holdfast.on('gap', ({ from: first, to }) => note(say`Gone before they could be delivered: ${first} to ${to}.`)),
    holdfast.on('unclaimed', ({ event }) =>
      note(say`There are messages of ${event} too, subscribed to before; they are not shown.`),
    ),
    holdfast.on('error', ({ message }) => note(say`${message}`)),
    holdfast.on('state', ({ state }) => {
      if (state === 'reconnecting') note('The connection is lost; trying again …');
      if (state === 'open' && wasLost) note('Connected again.');
      wasLost = state === 'reconnecting' || (wasLost && state !== 'open');
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
