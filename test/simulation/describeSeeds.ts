import { missing } from './occurrences';
import { simulate } from './simulate';
import { Tally } from './tally';

const PATIENCE_MS = 300_000;

/** Runs the seeds from one up to, and including, another: see `npm run simulate`, which replays those that fail. */
export function describeSeeds(from: number, to: number): void {
  describe(`whatever goes wrong, in the runs ${from} to ${to}`, () => {
    const broken: string[] = [];
    const tally = new Tally();

    beforeAll(async () => {
      for (let seed = from; seed <= to; seed++) {
        const { failure, counts } = await simulate(seed);
        tally.addAll(counts);
        if (failure !== undefined) broken.push(`${failure}: npm run simulate -- --seed ${seed}`);
      }
    }, PATIENCE_MS);

    it('holds what is promised', () => {
      expect(broken).toEqual([]);
    });

    it('meets every fault, and comes to every state', () => {
      expect(missing(tally)).toEqual([]);
    });
  });
}
