/** What the tables are called. Their keys are in `createTables.ts`. */
export interface TableNames {
  readonly queues: string;
  readonly messages: string;
  readonly subscriptions: string;
  readonly connections: string;
  readonly clients: string;
  readonly deadLetters: string;
  readonly timers: string;
  readonly keys: string;
}
