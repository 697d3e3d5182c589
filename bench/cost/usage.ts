/** What AWS charges for, counted. */
export interface Usage {
  /** Of DynamoDB: each up to 1 KB written, the indexes' own included. */
  readonly writeUnits: number;
  /** Of DynamoDB: each up to 4 KB read consistently. */
  readonly readUnits: number;
  /** Of API Gateway, in steps of 32 KB: frames from clients, answers to them, and pushes. */
  readonly frames: number;
  readonly connectionMinutes: number;
  /** Of Lambda. */
  readonly invocations: number;
  /** Of Lambda: memory times billed duration. */
  readonly gigabyteSeconds: number;
  /** Of SQS: send, receive and delete. */
  readonly sqsRequests: number;
  /** Written to CloudWatch Logs. */
  readonly logBytes: number;
}

export const NOTHING: Usage = {
  writeUnits: 0,
  readUnits: 0,
  frames: 0,
  connectionMinutes: 0,
  invocations: 0,
  gigabyteSeconds: 0,
  sqsRequests: 0,
  logBytes: 0,
};

const names = Object.keys(NOTHING) as (keyof Usage)[];

/** A number for everything that is charged for. */
export const each = (value: (name: keyof Usage) => number): Usage => ({
  ...NOTHING,
  ...Object.fromEntries(names.map((name) => [name, value(name)])),
});

export const plus = (...usages: readonly Usage[]): Usage =>
  each((name) => usages.reduce((sum, usage) => sum + usage[name], 0));

export const times = (usage: Usage, factor: number): Usage => each((name) => usage[name] * factor);

/** Sums what is counted, until it is taken. */
export class Counter {
  private usage = NOTHING;

  add(more: Partial<Usage>): void {
    this.usage = plus(this.usage, { ...NOTHING, ...more });
  }

  /** What was counted since this was called last. */
  take(): Usage {
    const taken = this.usage;
    this.usage = NOTHING;
    return taken;
  }
}
