import type { Random } from './random';
import type { Tally } from './tally';

/** How likely each fault is, wherever it can happen, in a run of ordinary roughness. */
const RATES = {
  /** The process dies at one of its next calls; by invocation. */
  crash: 0.05,
  /** The process dies when one of its next writes is done: between two, where they have to agree. */
  'crash after a write': 0.04,
  /** A call to the store: refused, for too many came; the SDK tries again. */
  'store throttled': 0.01,
  /** Never arrives; the SDK tries again. */
  'store request lost': 0.004,
  /** Took effect, and the answer is lost; the SDK tries again. */
  'store answer lost': 0.008,
  /** Is not answered however often the SDK tries, and takes effect when it has given up. */
  'store late effect': 0.004,
  /** Fails however often the SDK tries. */
  'store failed before': 0.006,
  /** Takes effect, but no try is answered. */
  'store failed after': 0.006,
  /** Takes a second or so. */
  'store slow': 0.01,
  /** A batch is done in part. */
  'batch in part': 0.15,
  /** A read that did not ask for consistency sees how it was a moment ago. */
  'read of old data': 1,
  /** A page ends before its limit. */
  'page cut short': 0.1,
  /** A part of a stream is handed over once more although it was done. */
  'stream doubled': 0.06,
  /** A stream stands still for some seconds. */
  'stream late': 0.06,
  'wake-up doubled': 0.06,
  'wake-up late': 0.08,
  /** The wake-up was not taken, and its sender is told so. */
  'wake-up refused': 0.015,
  /** The wake-up was taken, but its sender is told that it failed. */
  'wake-up taken and denied': 0.01,
  /** A push to a connection that is gone is not answered at once, and refused when it is repeated. */
  'push refused late': 0.3,
  'push gone though open': 0.008,
  'push gone though it arrived': 0.008,
  'push throttled': 0.02,
  /** Arrived, is not answered, and so is sent again. */
  'push doubled': 0.015,
  'push never answered': 0.01,
  /** A connection ends, and nobody is told. */
  'disconnect lost': 0.3,
  /** A frame gets lost on its way from a client, for its connection broke. */
  'frame lost': 0.01,
  /** The answer to a frame gets lost on its way to the client. */
  'reply lost': 0.01,
} as const;

/**
 * Faults that came later, likewise. They have a chance of their own, so that what is known of a seed stays so: which
 * bug it finds, say.
 */
const LATER_RATES = {
  /** Ending a connection is refused, for too much is asked. */
  'close throttled': 0.1,
} as const;

type LaterFault = keyof typeof LATER_RATES;

export type Fault = keyof typeof RATES | LaterFault;

const FIRST_FAULTS = Object.keys(RATES) as (keyof typeof RATES)[];
const LATER_FAULTS = Object.keys(LATER_RATES) as LaterFault[];

export const FAULTS: readonly Fault[] = [...FIRST_FAULTS, ...LATER_FAULTS];

const isLater = (fault: Fault): fault is LaterFault => fault in LATER_RATES;

/** How much likelier than otherwise something is in one run. */
const LEANINGS = [0, 0.5, 1, 1, 1, 1, 2, 4] as const;

/** Something always goes well at times, or nothing would ever be done. */
const LIKELIEST = 0.5;

/** What no run meets as long as all reads that matter ask for consistency; mutants that do not, do. */
export const AVOIDED: readonly Fault[] = ['read of old data'];

/**
 * What goes wrong: at the rates above, times the roughness of the run, until the world becomes calm. Each run has some
 * faults of its own that are more likely in it than others, and some that do not happen: what takes several faults of
 * a kind to come about does so sooner than where all are mixed evenly (Groce et al., "Swarm Testing", ISSTA 2012).
 */
export class Faults {
  private readonly rates: ReadonlyMap<Fault, number>;
  private calm = false;

  /** @param later the chance of faults that came later. */
  constructor(
    private readonly random: Random,
    private readonly later: Random,
    roughness: number,
    private readonly tally: Tally,
  ) {
    const likely = (rate: number, chance: Random) => Math.min(rate * roughness * chance.pick(LEANINGS), LIKELIEST);
    this.rates = new Map<Fault, number>([
      ...FIRST_FAULTS.map((fault) => [fault, likely(RATES[fault], random)] as const),
      ...LATER_FAULTS.map((fault) => [fault, likely(LATER_RATES[fault], later)] as const),
    ]);
  }

  /** Whether it happens now. */
  happens(fault: Fault): boolean {
    const random = isLater(fault) ? this.later : this.random;
    if (this.calm || !random.chance(this.rates.get(fault) ?? 0)) return false;
    this.tally.add(fault);
    return true;
  }

  /** The first of these that happens now. */
  firstOf<Some extends Fault>(faults: readonly Some[]): Some | undefined {
    return faults.find((fault) => this.happens(fault));
  }

  /** From now on nothing goes wrong. */
  end(): void {
    this.calm = true;
  }
}
