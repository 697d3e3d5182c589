import type { Connection } from './connection';
import { Inbox, type InboxPorts } from './inbox';
import type { SubscribeOptions } from './options';
import type { ServerFrame } from './wire';

/** The inboxes of a client, one for each queue that it is given messages of. */
export class Inboxes {
  private readonly byQueue = new Map<string, Inbox>();

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
  async subscribe(inbox: Inbox, options: SubscribeOptions): Promise<void> {
    await this.ports.requests.ask(JSON.stringify(inbox.wish(options)), { signal: options.signal });
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
      case 'sought':
        this.byQueue.get(frame.queue)?.sought(frame);
    }
  }

  /** Makes subscriptions that have ended again, and sends what had to wait for a connection. */
  opened({ welcome }: Connection): void {
    const present = new Set<string>(welcome?.subscriptions.map(({ queue }) => queue));
    for (const inbox of this.byQueue.values()) {
      const request = present.has(inbox.queue) ? undefined : inbox.resubscription();
      if (request !== undefined) this.ports.requests.ask(JSON.stringify(request)).catch(this.report);
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
    for (const inbox of this.byQueue.values()) inbox.end(error);
  }
}
