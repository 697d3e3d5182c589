import { join } from 'node:path';
import { bundle, inFolder, runBundled } from './bundled';
import { ENOUGH } from './occurrences';

const SEEDS = Number(process.env.HOLDFAST_SEEDS ?? 200);
/** Side by side, one for each core of a small machine, if they are many. */
const PARTS = SEEDS < 2 * ENOUGH ? 1 : 2;
/** A part that has fewer runs is not asked whether all occurred. */
const ALL = SEEDS < ENOUGH ? '' : ', meets every fault and comes to every state';
const PATIENCE_MS = SEEDS * 1_000;

describe('whatever goes wrong', () => {
  it(
    `holds what is promised${ALL}, in ${SEEDS} runs`,
    () =>
      inFolder(async (folder) => {
        const script = join(folder, 'simulation.cjs');
        await bundle(script);
        const size = Math.ceil(SEEDS / PARTS);
        const parts = Array.from({ length: PARTS }, (_, part) =>
          runBundled(script, '--seeds', String(size), '--from', String(part * size + 1)),
        );
        // What a failing run prints says how to replay it.
        for (const { code, output } of await Promise.all(parts))
          expect([code, code === 0 ? '' : output]).toEqual([0, '']);
      }),
    PATIENCE_MS,
  );
});
