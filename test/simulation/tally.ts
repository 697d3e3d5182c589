/** How often what happened. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  addAll(other: Iterable<readonly [string, number]>): void {
    for (const [what, times] of other) this.add(what, times);
  }
}
