import type { Command } from 'commander';
import { type ConnectOptions, connect, type Holdfast, type ReplyTo, type Request } from '../client';
import { Misuse } from './exitCode';
import type { Target } from './program';

/** Sends a request, and waits for the answer as long as the command line allows. */
export type Ask = <const R extends Request>(request: R) => Promise<ReplyTo<R>>;

/**
 * Connects as the command line says, does the work, sends the gathered acks, and closes.
 *
 * @throws Misuse if the URL is not valid; what {@link connect} and the work throw.
 */
export async function connected<T>(
  command: Command,
  work: (holdfast: Holdfast, ask: Ask) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const target = targetOf(command);
  const holdfast = await open(target, options);
  try {
    return await work(holdfast, (request) => holdfast.request(request, { timeout: target.timeout * 1000 }));
  } finally {
    await holdfast.close();
  }
}

/** Where to connect, and as whom, from the options of the command line and the environment. */
export const targetOf = (command: Command): Target => command.optsWithGlobals<Target>();

/** Connects to a target; the caller closes. */
export async function open({ url, token, client, timeout }: Target, options: ConnectOptions = {}): Promise<Holdfast> {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  if (protocol !== 'ws:' && protocol !== 'wss:')
    throw new Misuse(`'${url}' is no URL of a server: expected ws://HOST:PORT or wss://HOST/STAGE`);
  // Loaded only here: not every command connects. Not the WebSocket of the platform, which does not say why a
  // connection was refused.
  const { WebSocket } = await import('ws');
  return connect(url, {
    webSocket: WebSocket,
    ...(client === undefined ? {} : { clientId: client }),
    ...(token === undefined ? {} : { token }),
    connectTimeout: timeout * 1000,
    ...options,
  });
}

/** The client that a command is about, who must be named. @throws Misuse without one. */
export function namedClient({ client, token }: Target, what: string): void {
  if (client === undefined && token === undefined)
    throw new Misuse(`${what} is about the subscription of a client: say which with --client ID`);
}

const PAGE = 100;

/** All items of a list, page after page. */
export async function everyItem<Item>(
  page: (range: { limit: number; cursor?: string }) => Promise<{ items: readonly Item[]; cursor?: string | undefined }>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | undefined; ; ) {
    const next = await page({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...next.items);
    if (next.cursor === undefined) return items;
    cursor = next.cursor;
  }
}
