import type { Ports } from '../ports';

const AT_ONCE = 16;

/** How far it came. */
export interface Done<One> {
  /** How many were begun, in order. The others are left to a further wake-up. */
  readonly begun: number;
  /** What was thrown, and for which. */
  readonly failures: readonly { readonly one: One; readonly error: unknown }[];
}

/** Runs a task for each, several at a time, until the deadline is near. The failure of one does not stop the others. */
export async function eachApart<One extends object | string>(
  ports: Ports,
  all: readonly One[],
  act: (one: One) => Promise<void>,
): Promise<Done<One>> {
  const failures: { one: One; error: unknown }[] = [];
  let begun = 0;
  const work = async () => {
    while (!ports.deadline?.isNear()) {
      const one = all[begun];
      if (one === undefined) return;
      begun += 1;
      try {
        await act(one);
      } catch (error) {
        failures.push({ one, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work));
  return { begun, failures };
}
