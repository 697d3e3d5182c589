import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { afterwards } from '../server/own';

/** What lies between a page and the server: a TCP proxy that can fail as networks do. */
export interface Network {
  /** Where the server is to be found through it. */
  readonly url: string;
  /** Ends all connections at once, and refuses new ones until it is mended. */
  cut(): void;
  /** Forgets all connections without a word to either side, as a router does; new ones are served. */
  forget(): void;
  mend(): void;
}

/** A network to a server, until the test is over. */
export async function aNetwork(server: { readonly url: string }): Promise<Network> {
  const { hostname, port } = new URL(server.url);
  const pairs = new Set<readonly [Socket, Socket]>();
  const sockets = new Set<Socket>();
  let isCut = false;
  const proxy = createServer((near) => {
    if (isCut) return near.resetAndDestroy();
    const far = dial(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const socket of pair) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
    const end = () => {
      // One that is forgotten does not tell the other side of its end.
      if (!pairs.delete(pair)) return;
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('close', end);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  afterwards(() => {
    cut();
    proxy.close();
  });
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The network should listen on a port');
  return {
    url: `ws://127.0.0.1:${address.port}`,
    cut,
    forget() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
      pairs.clear();
    },
    mend() {
      isCut = false;
    },
  };
}
