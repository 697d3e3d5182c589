import { inVirtualTime } from './ambience';
import { World } from './world';

/** How one run went. */
export interface Run {
  readonly seed: number;
  /** What was broken; undefined if all held. */
  readonly failure?: string;
  readonly counts: ReadonlyMap<string, number>;
}

/** @param tell what is told, line by line, of all that happens. */
export async function simulate(seed: number, tell?: (line: string) => void): Promise<Run> {
  const world = new World(seed, tell);
  try {
    await inVirtualTime(world.scheduler, world.random, () => world.run());
    return { seed, counts: world.tally.counts };
  } catch (error) {
    return {
      seed,
      counts: world.tally.counts,
      failure: error instanceof Error ? (error.name === 'Broken' ? error.message : String(error.stack)) : String(error),
    };
  }
}
