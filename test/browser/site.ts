import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterwards } from '../server/own';

const DIST = join(__dirname, '../../dist');

/** A web site with an empty page and the client as one file, until the test is over. */
export interface Site {
  readonly port: number;
  /** http://localhost:PORT/ */
  readonly url: string;
}

/** Serves the site on a port of its own: an origin, and so a storage, that no other test has. */
export async function aSite(): Promise<Site> {
  const server = createServer(async ({ url }, response) => {
    if (url === '/client.mjs')
      response.setHeader('content-type', 'text/javascript').end(await readFile(join(DIST, 'client.mjs')));
    else if (url === '/') response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The site should listen on a port');
  return { port: address.port, url: `http://localhost:${address.port}/` };
}
