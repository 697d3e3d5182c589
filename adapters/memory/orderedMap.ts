const SLACK = 64;

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A map that can be read in the order of its keys, from any key on. Changing it costs no more than changing a map. Keys
 * are sorted when they are read in order, if something was added out of order since.
 */
export class OrderedMap<Key extends string | number, Value> extends Map<Key, Value> {
  /** Every key, including keys that were deleted and perhaps added again. Sorted unless `isOrdered` is false. */
  private order: Key[] = [];
  private isOrdered = true;

  override set(key: Key, value: Value): this {
    if (this.has(key)) return super.set(key, value);
    super.set(key, value);
    const last = this.order.at(-1);
    if (last !== undefined && compare(last, key) >= 0) this.isOrdered = false;
    this.order.push(key);
    if (this.order.length > 2 * this.size + SLACK) this.putInOrder();
    return this;
  }

  /** The entries after a key, in order; all if it is left out. */
  *after(key?: Key): Generator<[Key, Value]> {
    if (!this.isOrdered) this.putInOrder();
    const { order } = this;
    for (let at = key === undefined ? 0 : this.placeAfter(key); at < order.length; at++) {
      const found = order[at];
      const value = found === undefined ? undefined : this.get(found);
      if (found !== undefined && value !== undefined) yield [found, value];
    }
  }

  private putInOrder(): void {
    const sorted = this.order.sort(compare);
    this.order = sorted.filter((key, at) => key !== sorted[at - 1] && this.has(key));
    this.isOrdered = true;
  }

  private placeAfter(key: Key): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.order[middle];
      if (there !== undefined && compare(there, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
