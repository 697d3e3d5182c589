import type { Seq } from './names';

/** Where the first entry at `seq` or above stands in entries that ascend; their length if there is none. */
export function indexFrom(entries: readonly { readonly seq: Seq }[], seq: Seq): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
