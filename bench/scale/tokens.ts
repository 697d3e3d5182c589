/**
 * A bucket of tokens, as API Gateway throttles by: it fills with so many a second, and holds so many at most. A request
 * takes one; there are never less than none.
 */
export class Tokens {
  private left: number;

  /**
   * @param rate a second.
   * @param burst how many it holds; it is full at first.
   */
  constructor(
    private readonly rate: number,
    private readonly burst: number,
  ) {
    this.left = burst;
  }

  /** @param ms that passed. */
  refill(ms: number): void {
    this.left = Math.min(this.burst, this.left + (this.rate * ms) / 1_000);
  }

  /** Takes a token for each request that is asked for, while there are any. Returns how many each asker got. */
  take(asked: readonly number[], chance: number): number[] {
    const granted = share(asked, Math.floor(this.left), chance);
    this.left -= granted.reduce((sum, one) => sum + one, 0);
    return granted;
  }
}

/**
 * Whole tokens for those who ask at the same time, each with the same chance for each request: in proportion to what
 * they ask for.
 *
 * @param chance from 0 up to 1, anew each time: who gets what cannot be divided.
 */
export function share(asked: readonly number[], tokens: number, chance: number): number[] {
  const all = asked.reduce((sum, one) => sum + one, 0);
  if (all <= tokens) return [...asked];
  let askedSoFar = 0;
  let given = 0;
  return asked.map((one) => {
    askedSoFar += one;
    const upToThis = Math.min(tokens, Math.floor((askedSoFar * tokens) / all + chance));
    const granted = upToThis - given;
    given = upToThis;
    return granted;
  });
}
