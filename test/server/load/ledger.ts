import type { DeliveredMessage } from '../../conformance/frames';

/** What is known of one queue: which message, by the key in its payload, has which number. */
interface Log {
  readonly keys: Map<number, string>;
  readonly seqs: Map<string, number>;
  readonly events: Map<number, string>;
  /** Those that were answered `published`. */
  readonly promised: Set<number>;
}

/** One subscription as it was promised, and what came of it. */
export interface Account {
  readonly client: string;
  readonly queue: string;
  /** Undefined: all. */
  readonly events: readonly string[] | undefined;
  /** What comes from here on was promised by `subscribed`; undefined until then. */
  next: number | undefined;
  /** Nothing before this may come, where that is known. */
  first: number | undefined;
  readonly delivered: Set<number>;
  /** Those of which `acked` or `rejected` was answered. */
  readonly settled: Set<number>;
  /** Those among them that must have become dead letters. */
  readonly rejected: Set<number>;
}

/** All that the server answered and delivered, and every promise that it broke. */
export class Ledger {
  readonly broken: string[] = [];
  readonly accounts: Account[] = [];
  private readonly logs = new Map<string, Log>();

  account(client: string, queue: string, events: readonly string[] | undefined): Account {
    const account = {
      ...{ client, queue, events, next: undefined, first: undefined },
      ...{ delivered: new Set<number>(), settled: new Set<number>(), rejected: new Set<number>() },
    };
    this.accounts.push(account);
    return account;
  }

  /** `published` was answered. */
  published(queue: string, seq: number, key: string, event: string): void {
    this.know(queue, seq, key, event);
    this.log(queue).promised.add(seq);
  }

  /** A message arrived. */
  delivered(account: Account, { seq, event, payload, attempt }: DeliveredMessage): void {
    const { client, queue, events, first, delivered, settled } = account;
    this.know(queue, seq, String(payload), event);
    if (settled.has(seq)) this.broken.push(`${client} got ${queue} ${seq} again (${attempt}), though it was settled`);
    if (events !== undefined && !events.includes(event)) this.broken.push(`${client} never wanted ${event}`);
    if (first !== undefined && seq < first) this.broken.push(`${client} got ${queue} ${seq} from before it subscribed`);
    delivered.add(seq);
  }

  /** What was promised and did not arrive yet. */
  missing(): string[] {
    return this.accounts.flatMap(({ client, queue, events: wanted, next, delivered }) => {
      const { promised, events } = this.log(queue);
      if (next === undefined) return [];
      return [...promised]
        .filter((seq) => seq >= next && !delivered.has(seq) && (wanted?.includes(events.get(seq) ?? '') ?? true))
        .map((seq) => `${client} never got ${queue} ${seq}`);
    });
  }

  /** Numbers that were given to nothing, as far as anybody heard. */
  holes(): string[] {
    return [...this.logs].flatMap(([queue, { keys }]) => {
      const head = Math.max(0, ...keys.keys());
      const seqs = Array.from({ length: head }, (_, index) => index + 1);
      return seqs.filter((seq) => !keys.has(seq)).map((seq) => `${queue} has no ${seq} of ${head}`);
    });
  }

  /** How much was seen, to know a load that was none. */
  counts(): { published: number; delivered: number; settled: number } {
    const sum = (of: (account: Account) => ReadonlySet<number>) =>
      this.accounts.reduce((total, account) => total + of(account).size, 0);
    const published = [...this.logs.values()].reduce((total, { promised }) => total + promised.size, 0);
    return { published, delivered: sum(({ delivered }) => delivered), settled: sum(({ settled }) => settled) };
  }

  private know(queue: string, seq: number, key: string, event: string): void {
    const { keys, seqs, events } = this.log(queue);
    const [otherKey, otherSeq] = [keys.get(seq), seqs.get(key)];
    if (otherKey !== undefined && otherKey !== key) this.broken.push(`${queue} ${seq} is ${otherKey} and ${key}`);
    if (otherSeq !== undefined && otherSeq !== seq) this.broken.push(`${key} is ${queue} ${otherSeq} and ${seq}`);
    keys.set(seq, key);
    seqs.set(key, seq);
    events.set(seq, event);
  }

  private log(queue: string): Log {
    const found = this.logs.get(queue) ?? { keys: new Map(), seqs: new Map(), events: new Map(), promised: new Set() };
    this.logs.set(queue, found);
    return found;
  }
}
