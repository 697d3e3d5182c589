import type { Ports } from '../ports';

const AT_ONCE = 16;

/** How far it came. */
export interface Done {
  /** How many were begun, the first ones; the others are for somebody who has more time. */
  readonly begun: number;
  /** What was thrown. */
  readonly failures: readonly unknown[];
}

/** Does something for each, several at a time, until the deadline is near. One's failure costs no other. */
export async function eachApart<One extends object | string>(
  ports: Ports,
  all: readonly One[],
  act: (one: One) => Promise<void>,
): Promise<Done> {
  const failures: unknown[] = [];
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
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work));
  return { begun, failures };
}
