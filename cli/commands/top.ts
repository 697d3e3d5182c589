import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { type Holdfast, isRetryable } from '../../client';
import { type Ask, connected, targetOf } from '../connection';
import { colors, print, written } from '../output/print';
import { type Activity, activity } from '../top/activity';
import { drawScreen } from '../top/screen';
import type { Snapshot } from '../top/snapshot';
import { takeSnapshot } from '../top/take';
import { visibleJson } from '../visible';
import { examples, json, whole } from './options';

interface Options {
  /** Seconds. */
  readonly interval: number;
  readonly json?: boolean;
  readonly once?: boolean;
}

/** `holdfast top` */
export function addTop(root: Command): void {
  root
    .command('top')
    .description('watch queues, rates, backlog, flights and the slowest subscribers; q ends')
    .option('-i, --interval <seconds>', 'time between two looks', whole(1, 3600), 2)
    .option('--once', 'look twice, print once and end; so it does where the output is no terminal')
    .addOption(json())
    .addHelpText(
      'after',
      examples(
        'holdfast top',
        'holdfast top --interval 10',
        'holdfast top --json | jq .backlog',
        'holdfast top --once',
      ),
    )
    .action(async (options: Options, command: Command) => {
      const { url } = targetOf(command);
      await connected(command, async (holdfast, ask) => {
        if (options.json) await stream(ask, options);
        else if (options.once || !process.stdout.isTTY) await once(ask, options, url);
        else await watch(holdfast, ask, options, url);
      });
    });
}

/**
 * Yields the activity every interval until it is to end. The first one has no rates. On a terminal, a request that
 * fails with a passing error is made again.
 */
async function* looks(
  ask: Ask,
  { interval }: Options,
  { ending: signal, watched = false }: { readonly ending?: AbortSignal; readonly watched?: boolean } = {},
): AsyncGenerator<Activity> {
  for (let before: Snapshot | undefined; signal?.aborted !== true; ) {
    try {
      const now = await takeSnapshot(ask);
      yield activity(before, now);
      before = now;
    } catch (error) {
      if (!watched || !isRetryable(error)) throw error;
    }
    await pause(interval * 1000, undefined, signal && { signal }).catch(() => {});
  }
}

async function stream(ask: Ask, options: Options): Promise<void> {
  const ending = new AbortController();
  // With `--once` a signal ends the process by itself, as it should.
  if (!options.once) for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  for await (const now of looks(ask, options, { ending: ending.signal })) {
    await written(visibleJson({ time: new Date().toISOString(), ...now }));
    if (options.once && now.published !== undefined) return;
  }
}

async function once(ask: Ask, options: Options, url: string): Promise<void> {
  const size = { columns: process.stdout.columns || 120, rows: Number.POSITIVE_INFINITY };
  for await (const now of looks(ask, options)) {
    if (now.published === undefined) continue;
    return void print(drawScreen(now, { url, state: `over ${options.interval}s` }, { ...size, colors }));
  }
}

async function watch(holdfast: Holdfast, ask: Ask, options: Options, url: string): Promise<void> {
  // Loaded only here: nothing else takes over the terminal.
  const { goLive } = await import('../top/live');
  const ending = new AbortController();
  const ended = new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
  let latest: Activity | undefined;
  const draw = () => {
    if (latest === undefined) return;
    const { columns = 80, rows = 24 } = process.stdout;
    const state = `${holdfast.state === 'open' ? `every ${options.interval}s` : holdfast.state} · q ends`;
    live.draw(drawScreen(latest, { url, state }, { columns, rows: rows - 1, colors }));
  };
  const drawing = async () => {
    for await (const now of looks(ask, options, { ending: ending.signal, watched: true })) {
      latest = now;
      draw();
    }
  };
  const live = goLive({ onEnd: () => ending.abort(), onResize: draw });
  const stop = holdfast.on('state', draw);
  try {
    // Ends at once when asked to, even while the server is unreachable.
    await Promise.race([ended, drawing()]);
  } finally {
    stop();
    live.end();
  }
}
