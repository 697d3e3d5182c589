import { type Advance, advance } from '../decide/advance';
import { windowOf } from '../decide/window';
import { censusOf } from '../model/census';
import { UNSTORED_SKIP } from '../model/limits';
import type { Time } from '../model/names';
import type { Flight, Subscription } from '../model/subscription';
import { type Memory, type Ports, type Share, subscriptionWakeUp } from '../ports';
import { bury } from './bury';
import { successor } from './change';
import { fillHoles } from './holes';
import { push, tellGaps } from './push';
import { mostRead, readFor, sizeIn } from './reading';
import { mayTake, release } from './release';
import { Round } from './round';

const SECOND = 1_000;
/** How soon to look again at a number that is neither read nor free. Milliseconds. */
const LOOK_AGAIN_MS = 1_000;

/** Delivers to one subscription all that can be delivered now. */
export async function deliver(ports: Ports, subscription: Subscription): Promise<void> {
  const round = new Round(ports.log, subscription.queue, [subscription]);
  try {
    await deliverIn(round, ports, subscription);
  } finally {
    await round.end(ports, subscription);
  }
}

/**
 * Delivers to one subscription all that can be delivered now: reads the log, advances, arms the timer, tells of gaps,
 * stores, and only then pushes. Never assumes what a wake-up was for.
 *
 * @param round what it shares with others of the same wake-up; to be ended when they are done.
 * @param subscription as read after whatever woke it.
 */
export async function deliverIn(round: Round, ports: Ports, subscription: Subscription): Promise<void> {
  let state: State | undefined = { stored: subscription, current: subscription };
  while (state?.current.connections.some(mayTake(ports)))
    state =
      ports.memory === undefined
        ? await deliverSome(round, ports, state)
        : await deliverWithin(ports.memory, round, ports, state);
}

interface State {
  readonly stored: Subscription;
  /** May be ahead of what is stored, by messages that were passed over: those cost no write each. */
  readonly current: Subscription;
}

/** As {@link deliverSome}, when there is room in memory for what may be read. */
async function deliverWithin(memory: Memory, round: Round, ports: Ports, state: State): Promise<State | undefined> {
  const isEarly = ports.deadline?.isNear() === false;
  const share = await memory.take(mostRead(state.current, ports.clock.now()));
  try {
    // It waited too long.
    if (isEarly && ports.deadline?.isNear()) return await handOver(ports, state.stored);
    return await deliverSome(round, ports, state, share);
  } finally {
    share.free();
  }
}

/** Delivers as much as is read at a time. Returns what to go on with, if there is more. */
async function deliverSome(
  round: Round,
  ports: Ports,
  { stored, current }: State,
  share?: Share,
): Promise<State | undefined> {
  const now = ports.clock.now();
  const reading = await readFor(ports, current, round, now);
  share?.keep(sizeIn(reading));
  const step = advance(current, reading, now, round.jitter(ports));
  if (step.holes.length > 0) {
    const isFilled = await fillHoles(ports, current, reading, now);
    round.forget();
    if (!isFilled) return later(ports, stored, now);
    return ports.deadline?.isNear() ? handOver(ports, stored) : { stored, current };
  }
  if (step.wakeAt !== undefined) await round.arm(ports, current, step.wakeAt, now);
  if (step.gaps.length > 0 && !(await tell(ports, stored, step, now))) return undefined;
  let { more } = step;
  let left: State = { stored, current: step.subscription };
  if (isWorthStoring(stored, step)) {
    const saved = successor(stored, step.subscription);
    if (step.wakeAt !== undefined) round.owe(step.wakeAt);
    if (!(await ports.subscriptions.save(saved, now))) {
      const again = await ports.subscriptions.get(stored, ports.clock.now());
      return again && { stored: again, current: again };
    }
    const result = await push(ports, current, saved, step, round);
    // Those that refused and are not known to be full: they would refuse again.
    const refusing = result.refused === undefined ? [] : saved.connections.filter(mayTake(ports));
    const dead = unburied(stored, saved, now);
    // What was taken back is due at once for those who connected meanwhile, or take frames again.
    more ||= result.refused !== undefined;
    let kept: Subscription | undefined = saved;
    const isWhole = result.refused === undefined && (result.throttled ?? []).length === 0;
    if (!isWhole || result.gone.length > 0 || result.missed.length > 0)
      kept = await release(ports, kept, result, refusing);
    if (kept === undefined) return undefined;
    if (dead.length > 0) {
      kept = (await bury(ports, kept, dead)) ?? kept;
      more ||= windowOf(saved).forBacklog === 0;
    }
    left = { stored: kept, current: kept };
  }
  if (!more) return undefined;
  return ports.deadline?.isNear() ? handOver(ports, left.stored) : left;
}

/** Sends a wake-up, so that another invocation delivers the rest. */
export async function handOver(ports: Ports, subscription: Subscription): Promise<undefined> {
  await ports.wakeUps.send(subscriptionWakeUp(subscription), 0);
}

/** Looks again in a moment. */
async function later({ timers }: Ports, subscription: Subscription, now: Time): Promise<undefined> {
  await timers.arm(subscription, now + LOOK_AGAIN_MS, now);
}

/** Tells of the gaps of a step. False: nobody took them, and the step is to be made anew when somebody may. */
async function tell(ports: Ports, stored: Subscription, { gaps }: Advance, now: Time): Promise<boolean> {
  const { told, gone } = await tellGaps(ports, stored, gaps);
  if (told) return true;
  if (gone.length === stored.connections.length)
    await release(ports, stored, { gone, missed: [], refused: { next: stored.next, seqs: [] } }, gone);
  else await ports.timers.arm(stored, now + stored.settings.ackDeadline * SECOND, now);
  return false;
}

/** Passing over messages is stored only now and then; everything else at once. */
const isWorthStoring = (stored: Subscription, { subscription, gaps }: Advance): boolean =>
  gaps.length > 0 ||
  subscription.inFlight !== stored.inFlight ||
  subscription.covered !== stored.covered ||
  subscription.next - stored.next >= UNSTORED_SKIP;

/** What is dead and ours to bury: decided in this step, or claimed in it from one who did not. */
function unburied(before: Subscription, after: Subscription, now: Time): Flight[] {
  if (censusOf(after.inFlight).dead === 0) return [];
  const burying = new Set(before.inFlight.filter((flight) => flight.dead && flight.dueAt > now).map(({ seq }) => seq));
  return after.inFlight.filter((flight) => flight.dead && !burying.has(flight.seq));
}
