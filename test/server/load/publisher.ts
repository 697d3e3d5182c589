import type { Ledger } from './ledger';
import { Line, Lost, unlessLost } from './line';
import type { Random } from './random';

export const EVENTS = ['add', 'change', 'delete'] as const;
const UNDER_WAY = 20;

interface Draft {
  readonly event: string;
  /** What it is known by, in its payload. */
  readonly key: string;
}

interface Batch {
  readonly queue: string;
  readonly drafts: readonly Draft[];
}

/** Publishes one batch after the other, several under way at a time, each message under a key of its own. */
export class Publisher {
  /** Batches with ids that nobody answered: to be published again. */
  private owed: Batch[] = [];
  private count = 0;

  /** @param hasIds whether its messages have ids, so that it may repeat what was not answered. */
  constructor(
    private readonly name: string,
    private readonly queues: readonly [string, ...string[]],
    private readonly hasIds: boolean,
    private readonly ledger: Ledger,
    private readonly random: Random,
  ) {}

  /** Publishes until the server is gone. */
  async run(url: string): Promise<void> {
    try {
      const line = await Line.open(url, this.name, () => undefined);
      await Promise.all(Array.from({ length: UNDER_WAY }, () => this.publishOn(line)));
    } catch (error) {
      unlessLost(error);
    }
  }

  /** Publishes again what was not answered, and nothing new. */
  async settleDebts(url: string): Promise<void> {
    const line = await Line.open(url, this.name, () => undefined);
    for (let batch = this.owed.shift(); batch !== undefined; batch = this.owed.shift()) await this.send(line, batch);
    line.hangUp();
  }

  private async publishOn(line: Line): Promise<void> {
    for (;;) await this.send(line, this.owed.shift() ?? this.draft());
  }

  private draft(): Batch {
    const size = this.random.chance(0.7) ? 1 : this.random.between(2, 10);
    const drafts = Array.from({ length: size }, () => {
      this.count += 1;
      return { event: this.random.pick(EVENTS), key: `${this.name}-${this.count}` };
    });
    return { queue: this.random.pick(this.queues), drafts };
  }

  private async send(line: Line, batch: Batch): Promise<void> {
    const messages = batch.drafts.map(({ event, key }) => ({
      ...{ event, payload: key },
      ...(this.hasIds ? { id: key } : {}),
    }));
    try {
      const answer = await line.ask({ action: 'publish', queue: batch.queue, messages });
      for (const [index, { seq }] of answer.messages.entries()) {
        const draft = batch.drafts[index];
        if (draft) this.ledger.published(batch.queue, seq, draft.key, draft.event);
      }
    } catch (error) {
      if (error instanceof Lost && this.hasIds) this.owed.push(batch);
      throw error;
    }
  }
}
