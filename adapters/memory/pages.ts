import { InvalidCursor, type Page, type PageRequest } from '../../broker/ports';

/** Where an item stands in its list. Positions of one list have the same shape, and are compared part by part. */
export type Position = readonly (string | number)[];

function compare(a: Position, b: Position): number {
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return a.length - b.length;
}

function encode(list: string, position: Position): string {
  return Buffer.from(JSON.stringify([list, ...position])).toString('base64url');
}

function decode(list: string, cursor: string, shape: string): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    parts = undefined;
  }
  if (!Array.isArray(parts) || parts[0] !== list) throw new InvalidCursor(`not a cursor of the list of ${list}`);
  const position: (string | number)[] = [];
  for (const part of parts.slice(1)) if (typeof part === 'string' || typeof part === 'number') position.push(part);
  if (shapeOf(position) !== shape) throw new InvalidCursor(`not a cursor of the list of ${list}`);
  return position;
}

const shapeOf = (position: Position): string => position.map((part) => typeof part).join();

/**
 * Cuts one page out of a list.
 *
 * @param list its name: a cursor of another list is refused.
 * @param shape what a position is like, by example.
 * @param positionOf unique to the item; the list is sorted by it.
 * @throws InvalidCursor
 */
export function paginate<Item>(
  list: string,
  shape: Position,
  items: Iterable<Item>,
  positionOf: (item: Item) => Position,
  request: PageRequest,
): Page<Item> {
  const after = request.cursor === undefined ? undefined : decode(list, request.cursor, shapeOf(shape));
  const rest = [...items]
    .map((item) => ({ item, position: positionOf(item) }))
    .filter(({ position }) => after === undefined || compare(position, after) > 0)
    .sort((a, b) => compare(a.position, b.position));
  const page = rest.slice(0, request.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ item }) => item),
    ...(last !== undefined && page.length < rest.length ? { cursor: encode(list, last.position) } : {}),
  };
}
