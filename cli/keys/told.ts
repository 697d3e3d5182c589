import { statedGrants } from '../../broker/access';
import type { Key } from '../../broker/ports';

export const isoTime = (time: number): string => new Date(time).toISOString();

/** A key for programs: without its hash. */
export const told = ({ key, client, grants, createdAt, expiresAt }: Key) => ({
  key,
  client,
  grants: statedGrants(grants),
  createdAt: isoTime(createdAt),
  ...(expiresAt === undefined ? {} : { expiresAt: isoTime(expiresAt) }),
});
