import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { format, median } from '../figures';
import { timeFsyncs } from '../fsync';
import { dataFolder, removeFolder } from '../server';
import { holdfast } from './holdfast';
import { mosquitto } from './mosquitto';
import { nats } from './nats';
import type { Broker, Peer } from './peer';
import { rabbitmq } from './rabbitmq';
import { startRelay } from './relay';
import { type Figures, measure, measureLatency } from './workloads';

const ROOT = join(__dirname, '../..');
const PEERS: readonly Peer[] = [nats, mosquitto, rabbitmq, ...holdfast];

/** No server in Node that uses this package is quicker, however little it does for a message. */
const FLOOR = 'latency of a bare relay in Node, over ws';

const FSYNCS = 200;
/** As between two messages at 500 a second. */
const PAUSE_MS = 2;

interface Measured extends Figures {
  /** What an fsync took on the same disk just after that, one every 2 ms, in milliseconds. */
  readonly fsync: number;
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2).map((name) => name.toLowerCase());
  const isAsked = (what: string) => asked.length === 0 || asked.some((name) => what.toLowerCase().includes(name));
  execFileSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: 'inherit' });
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}`);
  console.log('a broker and one process with all its clients, over loopback; payloads of 200 bytes');
  const rows = new Map<Peer, Measured>();
  for (const peer of PEERS) {
    if (!isAsked(peer.name)) continue;
    if (peer.version() === undefined) console.log(`${peer.name}: skipped, it is not on the PATH`);
    else rows.set(peer, await run(peer));
  }
  const floor = isAsked(FLOOR) ? await measureFloor() : undefined;
  console.log(['broker', 'fan-out/s', 'publishes/s', 'catch-up/s', 'latency', 'an fsync', 'confirms when'].join(' | '));
  for (const [{ name, version, confirms }, { fanOut, publishes, catchUp, latency, fsync }] of rows)
    console.log(
      [
        `${name} (${version()})`.padEnd(40),
        format(fanOut).padStart(8),
        format(publishes).padStart(8),
        format(catchUp).padStart(8),
        `${latency.toFixed(2)} ms`.padStart(9),
        `${fsync.toFixed(2)} ms`.padStart(9),
        confirms,
      ].join(' | '),
    );
  if (floor !== undefined) console.log(`${FLOOR}: ${floor.toFixed(2)} ms`);
}

function run(peer: Peer): Promise<Measured> {
  process.stderr.write(`${peer.name} …\n`);
  return withBroker(peer.start, async (broker, folder) => {
    const figures = await measure(broker);
    return { ...figures, fsync: median(await timeFsyncs(folder, FSYNCS, PAUSE_MS)) };
  });
}

function measureFloor(): Promise<number> {
  process.stderr.write(`${FLOOR} …\n`);
  return withBroker(startRelay, measureLatency);
}

/** Runs something against a broker with an empty folder. */
async function withBroker<T>(start: Peer['start'], work: (broker: Broker, folder: string) => Promise<T>): Promise<T> {
  const folder = await dataFolder();
  try {
    await mkdir(folder, { recursive: true });
    const broker = await start(folder);
    try {
      return await work(broker, folder);
    } finally {
      await broker.stop();
    }
  } finally {
    await removeFolder(folder);
  }
}

void main().then(() => process.exit());
