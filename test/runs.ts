const TIMES = Number(process.env.HOLDFAST_RUNS ?? 1);

/** How often a property is tried: as often as `npm test` has time for, times HOLDFAST_RUNS. */
export const runs = (number: number): number => number * TIMES;
