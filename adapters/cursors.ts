import type * as z from 'zod/mini';
import { InvalidCursor } from '../broker/ports';

/** Makes a position into a cursor: opaque, and safe anywhere. */
export const toCursor = (position: unknown): string => Buffer.from(JSON.stringify(position)).toString('base64url');

/**
 * The position that a cursor stands for. It comes from a client, so that nothing of it is taken on trust.
 *
 * @throws InvalidCursor
 */
export function fromCursor<Position>(schema: z.ZodMiniType<Position>, cursor: string): Position {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (cause) {
    throw new InvalidCursor('the cursor was not made by this list', { cause });
  }
  const parsed = schema.safeParse(position);
  if (!parsed.success) throw new InvalidCursor('the cursor was not made by this list', { cause: parsed.error });
  return parsed.data;
}
