import { FRAME_BYTES } from '../model/limits';
import { byteLength } from '../model/utf8';

/** Room for the items of a reply in its frame, beside its other fields and a cursor. Bytes. */
export const ITEMS_BYTES = FRAME_BYTES - 4_608;

/**
 * The first items, as many as fit into a JSON array of so many bytes.
 *
 * @param encode what they are sent as.
 */
export function fitting<Item>(
  items: readonly Item[],
  room: number,
  encode: (item: Item) => string = JSON.stringify,
): readonly Item[] {
  let bytes = 0;
  const end = items.findIndex((item) => {
    bytes += byteLength(encode(item)) + 1;
    return bytes > room;
  });
  return end < 0 ? items : items.slice(0, end);
}
