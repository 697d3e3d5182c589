import type { Deployment, Wire } from './deployment';

export const QUEUE = 'Database Events';
/** 200 bytes as JSON. */
const PAYLOAD = 'x'.repeat(198);
const MESSAGE = { event: 'add', payload: PAYLOAD };

/** A subscriber of the queue, and what it has received and not acked. */
export class Subscriber {
  private received: number[] = [];
  acked = 0;

  private constructor(
    private readonly deployment: Deployment,
    readonly wire: Wire,
  ) {}

  static async connect(deployment: Deployment, client: string): Promise<Subscriber> {
    const wire = await deployment.connect(client);
    await deployment.run();
    return new Subscriber(deployment, wire);
  }

  /** @param events that it wants; left out: all. */
  async subscribe(events?: readonly string[]): Promise<this> {
    await this.deployment.request(this.wire, { action: 'subscribe', ...{ queue: QUEUE, events } });
    return this;
  }

  async leave(): Promise<void> {
    await this.deployment.disconnect(this.wire);
    await this.deployment.run();
  }

  /** Acks all that came since it acked last, in one frame; nothing if nothing came. Returns how many. */
  async ack(): Promise<number> {
    for (const frame of this.wire.take())
      if (frame.type === 'messages') this.received.push(...frame.messages.map(({ seq }) => seq));
    const seqs = this.received;
    if (seqs.length === 0) return 0;
    this.received = [];
    await this.deployment.request(this.wire, { action: 'ack', ...{ queue: QUEUE, seqs } });
    this.acked += seqs.length;
    return seqs.length;
  }
}

/** Ids are as long as those of real ones. */
export const clientOf = (index: number): string => `device-${String(index).padStart(6, '0')}`;

/** So many clients that subscribed, of which some stay connected, spread among all. */
export async function audience(deployment: Deployment, subscribers: number, connected: number): Promise<Subscriber[]> {
  const present: Subscriber[] = [];
  for (let i = 0; i < subscribers; i++) {
    const subscriber = await (await Subscriber.connect(deployment, clientOf(i))).subscribe();
    if ((i * connected) % subscribers < connected) present.push(subscriber);
    else await subscriber.leave();
  }
  return present;
}

/** Publishes by a connection of its own. */
export class Publisher {
  private constructor(
    private readonly deployment: Deployment,
    private readonly wire: Wire,
  ) {}

  static async connect(deployment: Deployment): Promise<Publisher> {
    const wire = await deployment.connect('shop');
    await deployment.run();
    return new Publisher(deployment, wire);
  }

  async one(message: { readonly event: string; readonly payload: string } = MESSAGE): Promise<void> {
    await this.deployment.request(this.wire, { action: 'publish', ...{ queue: QUEUE, ...message } });
  }

  /** As many as given, in frames of up to 100, or as few as a frame of 32 KB holds. */
  async burst(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 100) {
      const messages = Array.from({ length: Math.min(100, count - sent) }, () => MESSAGE);
      await this.deployment.request(this.wire, { action: 'publish', ...{ queue: QUEUE, messages } });
    }
  }
}
