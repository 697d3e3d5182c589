import { type Bucket, draw, isFull } from '../decide/bucket';
import type { QuotaName, Quotas } from '../model/quotas';
import type { Clock } from '../ports';
import { RateLimited } from '../protocol/errors';
import type { Parsed } from '../protocol/parse';
import type { Caller } from './outcome';

/** Whose use is counted. */
const SCOPES = ['connection', 'client', 'deployment'] as const;
const MEASURES = ['frames', 'bytes', 'publishes'] as const;
type Scope = (typeof SCOPES)[number];
type Measure = (typeof MEASURES)[number];

/** Full buckets are dropped each time so many buckets have been added. */
const SWEEP_EVERY = 1_000;

/** A frame, let through or not. */
export interface Admission {
  /** As it was read, or the error to answer it with. */
  readonly parsed: Parsed;
  /** Milliseconds to wait before reading more from this connection. */
  readonly rest: number;
}

/** Counts what clients do in a second, in the memory of this process. What has no limit is not counted. */
export class Rates {
  private readonly rates: readonly (readonly [Scope, Measure, number])[];
  private readonly buckets = new Map<string, { bucket: Bucket; rate: number }>();
  private added = 0;

  constructor(
    quotas: Quotas,
    private readonly clock: Clock,
  ) {
    this.rates = SCOPES.flatMap((scope) =>
      MEASURES.map((measure) => [scope, measure, quotas[`${scope}.${measure}` satisfies QuotaName]] as const),
    ).filter(([, , rate]) => rate !== Number.POSITIVE_INFINITY);
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.buckets.size;
  }

  /** @param bytes of the frame. */
  admit(caller: Pick<Caller, 'client' | 'connection'>, parsed: Parsed, bytes: number): Admission {
    if (this.rates.length === 0) return { parsed, rest: 0 };
    const now = this.clock.now();
    const amounts = { frames: 1, bytes, publishes: publishesOf(parsed) };
    for (const [scope, measure, rate] of this.rates) {
      const amount = amounts[measure];
      if (amount === 0) continue;
      const wait = this.take(`${scope} ${measure} ${nameOf(scope, caller)}`, rate, amount, now);
      if (wait === 0) continue;
      const retryAfter = Math.ceil(wait / 1_000);
      const error = new RateLimited(`${measure} of this ${scope} must be at most ${rate} a second`, retryAfter);
      const { ref } = parsed;
      // A refused publish has cost no more than its parsing: go on reading, for other requests of the connection are
      // not limited.
      return { parsed: { ...(ref === undefined ? {} : { ref }), error }, rest: measure === 'publishes' ? 0 : wait };
    }
    return { parsed, rest: 0 };
  }

  private take(key: string, rate: number, amount: number, now: number): number {
    const known = this.buckets.get(key);
    const { bucket, wait } = draw(known?.bucket, rate, amount, now);
    if (known === undefined) this.make(now);
    this.buckets.set(key, { bucket, rate });
    return wait;
  }

  private make(now: number): void {
    this.added += 1;
    if (this.added < SWEEP_EVERY) return;
    this.added = 0;
    for (const [key, { bucket, rate }] of this.buckets) if (isFull(bucket, rate, now)) this.buckets.delete(key);
  }
}

const nameOf = (scope: Scope, { client, connection }: Pick<Caller, 'client' | 'connection'>): string =>
  scope === 'deployment' ? '' : scope === 'client' ? client : connection;

function publishesOf(parsed: Parsed): number {
  if (!('request' in parsed) || parsed.request.action !== 'publish') return 0;
  return parsed.request.messages?.length ?? 1;
}
