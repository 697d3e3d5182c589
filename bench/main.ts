import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { acks } from './acks';
import { capacity } from './capacity';
import { catchUp } from './catchUp';
import { fanOut } from './fanOut';
import type { Row } from './figures';
import { latency } from './latency';
import { memory } from './memory';
import { publishes } from './publish';

const BENCHES: Record<string, () => Promise<Row[]>> = { latency, publishes, fanOut, catchUp, memory, capacity, acks };

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(`There is no bench ${unknown}: choose among ${Object.keys(BENCHES).join(', ')}`);
    process.exit(2);
  }
  execFileSync(process.execPath, ['build.mjs'], { cwd: join(__dirname, '..'), stdio: 'inherit' });
  const processors = cpus();
  console.log(`${new Date().toISOString()}, Node ${process.version}, ${processors.length} × ${processors[0]?.model}`);
  console.log('one server process and one process of clients, over loopback; payloads of 200 bytes\n');
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    process.stderr.write(`${name} …\r`);
    for (const { what, measured, target, met } of await bench())
      console.log(`${what.padEnd(72)} ${measured.padStart(24)}   ${met ? 'meets' : 'MISSES'} ${target}`);
  }
}

void main();
