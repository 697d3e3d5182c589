import { createServer, type Server } from 'node:net';
import { afterwards } from './own';

/** Takes a port of 127.0.0.1 until the test is over. */
export async function aTakenPort(): Promise<number> {
  const server = await listening();
  afterwards(() => server.close());
  return portOf(server);
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function aFreePort(): Promise<number> {
  const server = await listening();
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listening = (): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It should listen on a port');
  return address.port;
}
