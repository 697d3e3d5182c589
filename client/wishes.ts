import type { SubscribeOptions } from './options';
import type { Position, Request } from './wire';

/** The settings of a subscription. */
export interface Settings {
  /** Seconds. */
  readonly ackDeadline: number;
  /** 0: no limit. */
  readonly maxDeliveries: number;
  readonly maxInFlight: number;
}

export type SubscribeRequest = Extract<Request, { action: 'subscribe' }>;

type Wish = Pick<SubscribeOptions, 'events' | 'from' | keyof Settings>;

const DEFAULTS: Settings = { ackDeadline: 30, maxDeliveries: 5, maxInFlight: 100 };

/** What the consumers of one queue have asked of its subscription, taken together. */
export class Wishes {
  private readonly events = new Set<string>();
  private settings: Partial<Settings> = {};
  private inForce = DEFAULTS;
  private from: Position | undefined;

  /**
   * The settings in effect, as far as known: those that this program never set are assumed to be the server's defaults.
   */
  get known(): Settings {
    return this.inForce;
  }

  /** @returns the request that asks for it. */
  add(queue: string, { events, from, ...rest }: Wish): SubscribeRequest {
    for (const event of events ?? ['*']) this.events.add(event);
    this.from ??= from;
    const { ackDeadline, maxDeliveries, maxInFlight } = rest;
    const named = {
      ...(ackDeadline === undefined ? {} : { ackDeadline }),
      ...(maxDeliveries === undefined ? {} : { maxDeliveries }),
      ...(maxInFlight === undefined ? {} : { maxInFlight }),
    };
    this.settings = { ...this.settings, ...named };
    this.inForce = { ...DEFAULTS, ...this.settings };
    return { action: 'subscribe', queue, from, ...(events ? { events: [...events] } : {}), ...named };
  }

  /** The request that makes the subscription again, from where this client has come to. */
  again(queue: string, position: number | undefined): SubscribeRequest {
    const from = position === undefined ? this.from : { seq: position };
    return { action: 'subscribe', queue, from, events: [...this.events], ...this.settings };
  }
}
