import { SingleBar } from 'cli-progress';

/** How far something has come, shown on standard error while that is a terminal. */
export interface Progress {
  /** @param done of the total; @param count what is counted beside the bar. */
  update(done: number, count: number): void;
  /** Leaves the last state on the terminal. */
  stop(): void;
}

/**
 * Begins to show progress.
 *
 * @param total undefined if it is not known: then there is a count and no bar.
 * @param unit what is counted: `published`.
 */
export function showProgress(total: number | undefined, unit: string): Progress {
  const began = performance.now();
  const bar = new SingleBar({
    stream: process.stderr,
    format: total === undefined ? `{count} ${unit}, {rate}/s` : `{bar} {percentage} %  {count} ${unit}, {rate}/s`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    fps: 10,
  });
  const rate = (count: number) => Math.round((count / Math.max(1, performance.now() - began)) * 1000);
  bar.start(total ?? 1, 0, { count: 0, rate: 0 });
  const stop = () => {
    process.off('SIGINT', interrupted);
    bar.stop();
  };
  // The cursor is hidden: show it again before Ctrl-C ends the process.
  const interrupted = () => {
    stop();
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', interrupted);
  return {
    update: (done, count) => bar.update(total === undefined ? 0 : Math.min(done, total), { count, rate: rate(count) }),
    stop,
  };
}
