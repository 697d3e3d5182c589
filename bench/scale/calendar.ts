/** What is planned for later, by the step in which it is due. */
export class Calendar<Plan> {
  private readonly steps = new Map<number, Plan[]>();
  private planned = 0;

  /** @param step milliseconds between two looks at it. */
  constructor(private readonly step: number) {}

  /** How much is planned. */
  get size(): number {
    return this.planned;
  }

  /** @param at milliseconds; it is due in the first step that does not begin before. */
  plan(one: Plan, at: number): void {
    const step = Math.ceil(at / this.step);
    const then = this.steps.get(step);
    if (then) then.push(one);
    else this.steps.set(step, [one]);
    this.planned += 1;
  }

  /** Takes what is due in the step that begins now. */
  take(now: number): readonly Plan[] {
    const step = Math.round(now / this.step);
    const due = this.steps.get(step) ?? [];
    this.steps.delete(step);
    this.planned -= due.length;
    return due;
  }
}
