import type { Holdfast } from 'holdfast/client';

/** What servers tell of themselves. */
export interface Queues {
  'server events': {
    alive: { readonly server: string; readonly load: number };
    alarm: { readonly server: string; readonly what: string };
  };
}

/** A server, which reports as long as it has a connection, and later what it could not. */
export class Server {
  constructor(
    private readonly name: string,
    private readonly holdfast: Holdfast<Queues>,
  ) {}

  async alive(load: number): Promise<void> {
    await this.holdfast.publish('server events', 'alive', { server: this.name, load });
  }

  async alarm(what: string): Promise<void> {
    await this.holdfast.publish('server events', 'alarm', { server: this.name, what });
  }
}
