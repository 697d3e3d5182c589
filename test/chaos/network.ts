import { connect, createServer, type Server, type Socket } from 'node:net';

/** A stretch of network between a client and a server, which can be cut, or swallow what it is given. */
export class Network {
  private readonly lines = new Set<[Socket, Socket]>();
  private isSilent = false;

  private constructor(
    private readonly server: Server,
    private readonly target: () => number,
  ) {
    server.on('connection', (near) => this.join(near));
  }

  /** @param target the port of 127.0.0.1 that it leads to, asked for each connection. */
  static async open(target: () => number): Promise<Network> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Network(server, target);
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The network should listen on a port');
    return `ws://127.0.0.1:${address.port}`;
  }

  /** Ends all connections, in the middle of whatever they carry. */
  cut(): void {
    for (const [near, far] of this.lines) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  /** Swallows everything, and tells nobody; a connection that lost something never recovers. */
  fallSilent(): void {
    this.isSilent = true;
  }

  /** Carries again what is new; the connections that it had are lost. */
  recover(): void {
    this.isSilent = false;
    this.cut();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket): void {
    const far = connect(this.target(), '127.0.0.1');
    const line: [Socket, Socket] = [near, far];
    this.lines.add(line);
    for (const [from, to] of [line, [far, near]] as const) {
      from.on('data', (data) => {
        if (!this.isSilent) to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.lines.delete(line);
        to.destroy();
      });
    }
  }
}
