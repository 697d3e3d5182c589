import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import type { ConnectionEvent } from '../../adapters/lambda/connectionHandlers';

/** Milliseconds of a function in a process of its own. */
export interface ColdStart {
  /** Loading its module. */
  readonly load: number;
  /** From there to its first answer, and how long its second took. */
  readonly first: number;
  readonly second: number;
  /** Processing time of all of it, Node's own start apart. */
  readonly processing: number;
}

const program = (file: string, event: object) => `
const { write } = process.stdout;
process.stdout.write = () => true;
const before = process.cpuUsage();
const at = [performance.now()];
const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
at.push(performance.now());
const event = ${JSON.stringify(event)};
await handler(event);
at.push(performance.now());
const { user, system } = process.cpuUsage(before);
await handler(event);
at.push(performance.now());
process.stdout.write = write;
const [start, loaded, first, second] = at;
console.log(JSON.stringify({ load: loaded - start, first: first - loaded, second: second - first, processing: (user + system) / 1000 }));
process.exit();
`;

/** Starts a function and has it answer twice. */
export function coldStart(
  file: string,
  event: ConnectionEvent | { Records: object[] },
  env: NodeJS.ProcessEnv,
): ColdStart {
  const args = ['--input-type=module', '--eval', program(file, event)];
  const told = execFileSync(process.execPath, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(told) as ColdStart;
}
