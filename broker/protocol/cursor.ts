import type * as z from 'zod/mini';
import { fromBase64Url, toBase64Url } from '../model/utf8';
import { InvalidCursor } from '../ports/errors';

/** Makes a position into a cursor: opaque, and safe anywhere. */
export const toCursor = (position: unknown): string => toBase64Url(JSON.stringify(position));

/**
 * The position that a cursor stands for. It comes from a client, so all of it is checked.
 *
 * @throws InvalidCursor
 */
export function fromCursor<Position>(schema: z.ZodMiniType<Position>, cursor: string): Position {
  let position: unknown;
  try {
    position = JSON.parse(fromBase64Url(cursor) ?? '');
  } catch (cause) {
    throw new InvalidCursor('the cursor was not made by this list', { cause });
  }
  const parsed = schema.safeParse(position);
  if (!parsed.success) throw new InvalidCursor('the cursor was not made by this list', { cause: parsed.error });
  return parsed.data;
}
