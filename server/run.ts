import { setFlagsFromString } from 'node:v8';
import { CorruptStore, UnusableFolder } from '../adapters/lmdb';
import { isLoopback } from './loopback';
import type { ServerOptions } from './options';
import { startServer } from './server';

/** The exit code if the server cannot start with these options. */
const MISUSE = 2;

/**
 * How far the heap may grow before a full collection, in per cent of its live size; V8 takes up to 300. Messages live
 * for moments and little of the heap is live, so this costs 3 % of the publishes, and saves 30 MB.
 */
const HEAP_GROWING_PERCENT = 100;

/**
 * Runs the single-machine server until SIGINT or SIGTERM, says on standard output where it listens, and ends the
 * process: with 0 after a clean stop, 1 if it could not stop cleanly, 2 if it cannot start as asked for.
 */
export async function runServer(options: ServerOptions): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  try {
    const server = await startServer(options);
    announce(options, server.port);
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        console.log('Holdfast is stopping …');
        server.close().then(
          () => process.exit(0),
          (error) => fail(`Holdfast could not stop cleanly: ${messageOf(error)}`, 1),
        );
      });
  } catch (error) {
    fail(`Holdfast cannot start: ${explain(error, options)}`, MISUSE);
  }
}

function announce(options: ServerOptions, port: number): void {
  const { host, data, auth } = options;
  const url = `ws://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const warning = auth === 'none' && !isLoopback(host) ? '\nIt is open: whoever reaches it can read and write.\n' : '';
  console.log(`Holdfast listens on ${url}, and keeps its data in ${data}. Ctrl-C stops it.
${warning}
${HINTS[auth](url, data)}`);
}

/** What to try first, which depends on who may connect. */
const HINTS: Readonly<Record<ServerOptions['auth'], (url: string, data: string) => string>> = {
  none: (url) => `Try it in two terminals:
  npx wscat -c "${url}?clientId=alice" -x '{"action":"subscribe","queue":"demo"}' -w 600
  npx wscat -c "${url}?clientId=bob" -x '{"action":"publish","queue":"demo","event":"hello","payload":"world"}'`,
  keys: (url, data) => `It lets in who has an API key. Make one, and connect with it:
  npx holdfast keys create alice --publish '*' --subscribe '*' --data ${quoted(data)}
  npx wscat -c "${url}" -H "Authorization: Bearer hf_…"`,
  jwt: (url) => `It lets in who has a token of the issuer:
  npx wscat -c "${url}" -H "Authorization: Bearer ey…"`,
};

/** For a shell. */
const quoted = (text: string): string => (/^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** In one line. */
const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ');

function explain(error: unknown, { host, port }: ServerOptions): string {
  if (error instanceof UnusableFolder || error instanceof CorruptStore) return messageOf(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isOfPort = error instanceof Error && 'syscall' in error && error.syscall === 'listen';
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what uses it, or choose another with --port`;
  if (code === 'EACCES' && isOfPort) return `port ${port} may not be used: choose one above 1023 with --port`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `${host} is not an address of this machine: choose another with --host`;
  return messageOf(error);
}

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}
