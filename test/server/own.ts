import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';
import { Wire } from '../conformance/wire';
import { type Call, launch, type Running, startServer } from './holdfast';

/** What a test made, to be ended and removed after it: the last first. */
const leftovers: (() => unknown)[] = [];

/** Has something done when the test is over. */
export const afterwards = (clean: () => unknown): number => leftovers.push(clean);

afterEach(async () => {
  for (let clean = leftovers.pop(); clean !== undefined; clean = leftovers.pop()) await clean();
});

/** An empty folder of this test's own. */
export function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-own-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A server of this test's own, on a free port, killed when the test is over. */
export async function aServer(data = aFolder(), port = 0): Promise<Running> {
  return killedAfterwards(await startServer(data, port));
}

/** As {@link aServer}, called in any way. */
export const aServerCalled = async (call: Call): Promise<Running> => killedAfterwards(await launch(call));

function killedAfterwards(server: Running): Running {
  afterwards(() => server.stop('SIGKILL'));
  return server;
}

/** Connects to a server and waits for the welcome. Without a name, the server makes up one. */
export async function connectTo({ url }: Pick<Running, 'url'>, clientId?: string): Promise<Wire> {
  const target = new URL(url);
  if (clientId !== undefined) target.searchParams.set('clientId', clientId);
  const socket = new WebSocket(target);
  const wire = new Wire(socket);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  wire.welcome = await wire.next('welcome');
  return wire;
}
