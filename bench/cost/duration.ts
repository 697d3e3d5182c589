import type { ManagementApi } from '../../adapters/apigateway';
import type { DatabaseClient } from '../../adapters/dynamodb';
import type { Sqs } from '../../adapters/sqs';

/**
 * How long a call of a service takes inside its region, in milliseconds. AWS promises single-digit milliseconds of
 * DynamoDB (https://aws.amazon.com/dynamodb/) and nothing of the others: assumptions, on the high side.
 */
export const LATENCY = { dynamodb: 5, sqs: 10, push: 15 } as const;
export type Service = keyof typeof LATENCY;

/**
 * The memory at which a function has one whole processor; it gets its share of that. MB. Lambda's documentation,
 * "Configure Lambda function memory".
 */
const ONE_PROCESSOR = 1769;

/** What one invocation did: its processing time, and the calls it waited for. */
export interface Work {
  /** Milliseconds of one processor of this machine. */
  readonly processing: number;
  /** Milliseconds, had each call taken its {@link LATENCY}, side by side as they were: {@link waitingFor}. */
  readonly waiting: number;
  /** How many calls were under way on average while any was; at least 1. */
  readonly width: number;
}

/**
 * How long Lambda would bill for it, in milliseconds: processing at the speed that the memory buys, and waiting. Where
 * one call is made after the other, they add up; where `width` are under way at a time, one is prepared while others
 * are waited for.
 */
export function billedMs({ processing, waiting, width }: Work, memory: number): number {
  const busy = processing * Math.max(1, ONE_PROCESSOR / memory);
  return Math.ceil(busy + waiting - Math.min(busy, waiting) * (1 - 1 / width));
}

/** A call as it was here, from when to when in milliseconds, and how long it takes in AWS. */
export interface Call {
  readonly began: number;
  readonly ended: number;
  readonly assumed: number;
}

/**
 * How long such calls would be waited for, in milliseconds: each moment is stretched as much as the calls that were
 * under way in it are on average. What comes one after the other adds up; what is under way together counts once.
 */
export function waitingFor(calls: readonly Call[]): number {
  const turns = calls.flatMap(({ began, ended, assumed }) => {
    const stretch = assumed / Math.max(ended - began, SHORTEST);
    return [
      { at: began, more: 1, stretch },
      { at: Math.max(ended, began + SHORTEST), more: -1, stretch: -stretch },
    ];
  });
  let waiting = 0;
  let open = 0;
  let stretch = 0;
  let since = 0;
  for (const turn of turns.sort((a, b) => a.at - b.at)) {
    if (open > 0) waiting += ((turn.at - since) * stretch) / open;
    since = turn.at;
    open += turn.more;
    stretch += turn.stretch;
  }
  return waiting;
}

/** What the clock here tells apart. Milliseconds. */
const SHORTEST = 0.001;

type Middleware = <Args, Answer>(next: (args: Args) => Promise<Answer>) => (args: Args) => Promise<Answer>;

/** Watches the calls of one invocation at a time. */
export class Calls {
  private open = 0;
  private openSince = 0;
  private anyOpen = 0;
  private calls: Call[] = [];

  /** To be ended by what it returns. */
  private begin(service: Service): () => void {
    const began = performance.now();
    if (this.open === 0) this.openSince = began;
    this.open += 1;
    return () => {
      const now = performance.now();
      this.open -= 1;
      this.calls.push({ began, ended: now, assumed: LATENCY[service] });
      if (this.open === 0) this.anyOpen += now - this.openSince;
    };
  }

  /** Watches the calls of a client. */
  of({ middlewareStack }: ManagementApi | DatabaseClient | Sqs, service: Service): void {
    const stack: { add(middleware: Middleware, options: { step: 'initialize' }): void } = middlewareStack;
    stack.add(
      (next) => async (args) => {
        const end = this.begin(service);
        try {
          return await next(args);
        } finally {
          end();
        }
      },
      { step: 'initialize' },
    );
  }

  /** Runs one invocation and tells what it did. */
  async watch(run: () => Promise<void>): Promise<Work> {
    this.anyOpen = 0;
    this.calls = [];
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    const summed = this.calls.reduce((sum, { began, ended }) => sum + ended - began, 0);
    const width = this.anyOpen === 0 ? 1 : summed / this.anyOpen;
    return { processing: (user + system) / 1000, waiting: waitingFor(this.calls), width };
  }
}
