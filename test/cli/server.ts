import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Wire } from '../conformance/wire';
import { type Running, startServer } from '../server/holdfast';
import { connectTo } from '../server/own';
import { run } from './program';
import { type Showing, shown } from './terminal';

/** A server for the tests of a file, each of which uses queues and clients of its own. */
export interface Served {
  readonly url: string;
  /** Runs `holdfast` against it, without a terminal. */
  run(args: readonly string[], input?: string): ReturnType<typeof run>;
  /** Runs a command line against it in a pseudo-terminal. */
  show(line: string, showing?: Showing): ReturnType<typeof shown>;
  /** Talks to it in raw frames. */
  wire(clientId?: string): Promise<Wire>;
}

/** Has a server run while the tests of this file do. */
export function served(): Served {
  const data = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  let server: Running | undefined;
  beforeAll(async () => {
    server = await startServer(data);
  });
  afterAll(async () => {
    await server?.stop('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });
  const url = () => {
    if (server === undefined) throw new Error('The server runs during the tests only');
    return server.url;
  };
  return {
    get url() {
      return url();
    },
    run: (args, input = '') => run(args, { env: { HOLDFAST_URL: url() }, input }),
    show: (line, showing = {}) => shown(line, { ...showing, env: { HOLDFAST_URL: url(), ...showing.env } }),
    wire: (clientId) => connectTo({ url: url() }, clientId),
  };
}
