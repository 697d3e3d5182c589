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

/** Makes each setting. */
const settings = <T>(make: (name: keyof Settings) => T): Readonly<Record<keyof Settings, T>> => ({
  ackDeadline: make('ackDeadline'),
  maxDeliveries: make('maxDeliveries'),
  maxInFlight: make('maxInFlight'),
});

/** What the consumers of one queue have asked of its subscription, taken together, as far as it was granted. */
export class Wishes {
  private readonly events = new Set<string>();
  private named: { readonly [Name in keyof Settings]?: number | undefined } = {};
  private from: Position | undefined;
  /** Asked for, and neither granted nor refused. */
  private readonly open = new Set<SubscribeRequest>();
  private inForce = DEFAULTS;

  /**
   * The settings in effect, as far as known: those that this program never set are assumed to be the server's defaults.
   * While it is not known whether a lesser one was granted, that counts, since to be early does no harm.
   */
  get known(): Settings {
    return this.inForce;
  }

  /** @returns the request that asks for it. */
  ask(queue: string, { events, from, ...rest }: Wish): SubscribeRequest {
    const request: SubscribeRequest = {
      action: 'subscribe',
      queue,
      from,
      events: events && [...events],
      ...settings((name) => rest[name]),
    };
    this.open.add(request);
    this.reckon();
    return request;
  }

  granted(request: SubscribeRequest): void {
    for (const event of request.events ?? ['*']) this.events.add(event);
    this.from ??= request.from;
    this.named = settings((name) => request[name] ?? this.named[name]);
    this.refused(request);
  }

  refused(request: SubscribeRequest): void {
    this.open.delete(request);
    this.reckon();
  }

  /** These events are left of the subscription; with none, it has ended. */
  narrow(left: readonly string[]): void {
    for (const event of this.events) if (!left.includes(event)) this.events.delete(event);
    if (left.length > 0) return;
    this.from = undefined;
    this.named = {};
    this.reckon();
  }

  /** The request that makes the subscription again, from where this client has come to; undefined: none is wished. */
  again(queue: string, position: number | undefined): SubscribeRequest | undefined {
    if (this.events.size === 0) return undefined;
    const from = position === undefined ? this.from : { seq: position };
    return { action: 'subscribe', queue, from, events: [...this.events], ...this.named };
  }

  private reckon(): void {
    this.inForce = settings((name) => {
      let least = this.named[name] ?? DEFAULTS[name];
      // What cannot be granted does not count.
      for (const { [name]: asked = 0 } of this.open)
        if (Number.isInteger(asked) && asked > 0 && asked < least) least = asked;
      return least;
    });
  }
}
