import * as z from 'zod/mini';
import { formatGrants, type Identity, parseGrants } from '../../broker/access';
import { clientId } from '../../broker/protocol/fields';

const contextSchema = z.object({
  clientId,
  grants: z.string(),
  expiresAt: z.optional(z.string().check(z.regex(/^\d+$/))),
  key: z.optional(z.string().brand<'KeyId'>()),
});

/**
 * The identity of a connection, as the authorizer hands it on to all functions: texts, since API Gateway takes nothing
 * else.
 */
export const encodeContext = ({ client, grants, expiresAt, key }: Identity): Record<string, string> => ({
  clientId: client,
  grants: formatGrants(grants),
  ...(expiresAt === undefined ? {} : { expiresAt: String(expiresAt) }),
  ...(key === undefined ? {} : { key }),
});

/** The inverse of {@link encodeContext}; undefined if there is no authorizer, or it is not ours. */
export function decodeContext(context: unknown): Identity | undefined {
  const parsed = contextSchema.safeParse(context);
  if (!parsed.success) return undefined;
  const { clientId: client, grants, expiresAt, key } = parsed.data;
  return {
    client,
    grants: parseGrants(grants),
    ...(expiresAt === undefined ? {} : { expiresAt: Number(expiresAt) }),
    ...(key === undefined ? {} : { key }),
  };
}
