import type { ChildProcess } from 'node:child_process';

/** What is published: 200 bytes of JSON. `at`: when, by `performance.now()`. */
export interface Payload {
  readonly at: number;
  readonly text: string;
}

/** Publishes to one queue. */
export interface Publisher {
  /** @returns once the broker has confirmed it, which means what the peer's `confirms` says. */
  publish(payload: Payload): Promise<void>;
  close(): Promise<void>;
}

/** A durable subscriber while it is connected. It acknowledges every message. */
export interface Subscriber {
  /** Sends what acknowledgements wait, and goes away; what it is owed is kept. */
  close(): Promise<void>;
}

/** A broker that runs, as its usual client talks to it. */
export interface Broker {
  publisher(queue: string): Promise<Publisher>;
  /** Makes the subscription if it is not there. */
  subscriber(queue: string, name: string, onMessage: (payload: Payload) => void): Promise<Subscriber>;
  stop(): Promise<void>;
}

/** Something that is measured next to others. */
export interface Peer {
  readonly name: string;
  /** What has happened to a message when its publisher is told. */
  readonly confirms: string;
  /** @returns undefined if it is not installed. */
  version(): string | undefined;
  /** @param folder empty, for its data. */
  start(folder: string): Promise<Broker>;
}

/** Ends a process, and waits for it. */
export const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

export function payload(): Payload {
  const bare = { at: performance.now(), text: '' };
  return { ...bare, text: 'x'.repeat(200 - JSON.stringify(bare).length) };
}
