/** What a customer wants. */
export interface Order {
  readonly id: number;
  readonly product: string;
  readonly pieces: number;
}

/** The queues of this example, their events and payloads. */
export interface Queues {
  orders: { placed: Order };
}
