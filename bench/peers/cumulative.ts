/** Acknowledges the last message of each turn of the event loop, and with it all before. */
export class Cumulative<Message> {
  private last: Message | undefined;
  private isScheduled = false;

  /** @param ack acknowledges a message and all before it. */
  constructor(private readonly ack: (message: Message) => void) {}

  handled(message: Message): void {
    this.last = message;
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Sends the acknowledgement that waits, if there is one. */
  flush(): void {
    const { last } = this;
    this.isScheduled = false;
    this.last = undefined;
    if (last !== undefined) this.ack(last);
  }
}
