import { pauseAfter } from './backoff';
import type { Connection } from './connection';
import { isRetryable } from './errors';
import { Inbox, type InboxPorts } from './inbox';
import type { SubscribeOptions } from './options';
import type { ServerFrame } from './wire';

/** The inboxes of a client, one for each queue that it is given messages of. */
export class Inboxes {
  private readonly byQueue = new Map<string, Inbox>();
  /** Cancels the next try to make a subscription again, where there is one. */
  private readonly retries = new Map<Inbox, () => void>();

  /** @param report called with failures of work that nobody waits for. */
  constructor(
    private readonly ports: InboxPorts,
    private readonly report: (error: unknown) => void,
  ) {}

  of(queue: string): Inbox {
    let inbox = this.byQueue.get(queue);
    if (inbox === undefined) {
      inbox = new Inbox(queue, this.ports);
      this.byQueue.set(queue, inbox);
    }
    return inbox;
  }

  /** Makes the subscription on the server, or widens it. */
  subscribe(inbox: Inbox, options: SubscribeOptions): Promise<void> {
    return inbox.subscribe(options);
  }

  /** Takes note of a frame, if it concerns an inbox. */
  received(frame: ServerFrame, connection: Connection): void {
    switch (frame.type) {
      case 'messages':
        this.of(frame.queue).received(frame, connection);
        break;
      case 'settled':
        this.byQueue.get(frame.queue)?.settledElsewhere(frame, connection);
        break;
      case 'subscribed':
        this.byQueue.get(frame.queue)?.subscribed(frame);
        break;
      case 'unsubscribed':
        this.byQueue.get(frame.queue)?.unsubscribed(frame);
        break;
      case 'sought':
        this.byQueue.get(frame.queue)?.sought(frame);
    }
  }

  /** Makes subscriptions that have ended again, and sends what had to wait for a connection. */
  opened(connection: Connection): void {
    this.cancelRetries();
    const present = new Set<string>(connection.welcome?.subscriptions.map(({ queue }) => queue));
    for (const inbox of this.byQueue.values()) {
      if (!present.has(inbox.queue)) void this.resubscribe(inbox, connection);
      inbox.opened();
    }
  }

  ended(connection: Connection): void {
    for (const inbox of this.byQueue.values()) inbox.ended(connection);
  }

  /** As in each of them. */
  async finish(): Promise<void> {
    await Promise.all([...this.byQueue.values()].map((inbox) => inbox.finish()));
  }

  /** As in each of them. */
  async flush(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.byQueue.values()].map((inbox) => inbox.flush(signal)));
  }

  /** As in each of them. */
  end(error: unknown): void {
    this.cancelRetries();
    for (const inbox of this.byQueue.values()) inbox.end(error);
  }

  /** Makes a subscription again; where the server cannot for now, once more, as long as the connection lasts. */
  private async resubscribe(inbox: Inbox, connection: Connection, failures = 0): Promise<void> {
    const { requests, timers } = this.ports;
    const request = inbox.resubscription();
    if (request === undefined || connection !== this.ports.connection()) return;
    try {
      await requests.ask(JSON.stringify(request));
    } catch (error) {
      // The next connection, if there is one, has had it made again itself.
      if (connection !== this.ports.connection()) return;
      const isFinal = !isRetryable(error);
      if (isFinal || failures === 0) this.report(error);
      if (isFinal) return inbox.lost(error);
      const pause = pauseAfter(error, failures, timers.random());
      const again = timers.after(pause, () => void this.resubscribe(inbox, connection, failures + 1));
      this.retries.set(inbox, again);
    }
  }

  private cancelRetries(): void {
    for (const cancel of this.retries.values()) cancel();
    this.retries.clear();
  }
}
