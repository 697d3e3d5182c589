import type { Page } from '../../broker/ports';

/**
 * The first page of an iterable, which is read no further than needed.
 *
 * @param cursorAfter the cursor of a page that ends with this item.
 */
export function firstPage<Item>(found: Iterable<Item>, limit: number, cursorAfter: (last: Item) => string): Page<Item> {
  const items: Item[] = [];
  for (const item of found) {
    const last = items.at(-1);
    if (items.length >= limit) return { items, ...(last === undefined ? {} : { cursor: cursorAfter(last) }) };
    items.push(item);
  }
  return { items };
}
