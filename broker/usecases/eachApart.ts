import type { Ports } from '../ports';

const AT_ONCE = 16;

/** How far it came. */
export interface Done<One> {
  /** How many were begun, in order. The others are left to a further wake-up. */
  readonly begun: number;
  /** What was thrown. */
  readonly failures: readonly unknown[];
  /** Those for which it was thrown. */
  readonly failed: readonly One[];
}

/** Runs a task for each, several at a time, until the deadline is near. The failure of one does not stop the others. */
export async function eachApart<One extends object | string>(
  ports: Ports,
  all: readonly One[],
  act: (one: One) => Promise<void>,
): Promise<Done<One>> {
  const failures: unknown[] = [];
  const failed: One[] = [];
  let begun = 0;
  const work = async () => {
    while (!ports.deadline?.isNear()) {
      const one = all[begun];
      if (one === undefined) return;
      begun += 1;
      try {
        await act(one);
      } catch (failure) {
        failures.push(failure);
        failed.push(one);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work));
  return { begun, failures, failed };
}
