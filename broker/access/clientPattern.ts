import type { $brand } from 'zod/mini';
import * as z from 'zod/mini';
import { CLIENT_ID_RULE, type ClientId, looksAnonymous } from '../model/names';
import { clientId } from '../protocol/fields';

/** Whom a credential speaks for: one client id, or, if it ends in `*`, every one that begins so. */
export type ClientPattern = string & $brand<'ClientPattern'>;

const isOpen = (pattern: string): boolean => pattern.endsWith('*');

/**
 * The pattern of a key: a client id, perhaps with a `*` at its end. Never a name such as the server gives to anonymous
 * clients.
 */
export const clientPattern = z
  .string()
  .check(
    z.refine((text) => text === '*' || clientId.safeParse(isOpen(text) ? text.slice(0, -1) : text).success, {
      error: `must be ${CLIENT_ID_RULE}, with * at the end to stand for any more of them`,
    }),
    z.refine((text) => !looksAnonymous(text), {
      error: 'must not begin with anon-, which the server gives away',
    }),
  )
  .brand<'ClientPattern'>();

/** The one client that a pattern stands for; undefined if it stands for several. */
export const onlyClient = (pattern: ClientPattern): ClientId | undefined =>
  isOpen(pattern) ? undefined : (pattern as string as ClientId);

/** Whether a credential of this pattern speaks for a client. No credential speaks for an anonymous client. */
export const speaksFor = (pattern: ClientPattern, client: ClientId): boolean =>
  !looksAnonymous(client) &&
  (isOpen(pattern) ? client.startsWith(pattern.slice(0, -1)) : client === (pattern as string));

/**
 * The client id of a token's subject: the subject itself, where a client id may hold its characters; any other
 * character is written as `:` and its UTF-8 bytes in two capital hexadecimal digits each, such as `auth0:7C42` for
 * `auth0|42`. No two subjects get the same: a `:` that would read as such an escape is escaped too.
 *
 * @returns an error, a sentence that says why it cannot be one.
 */
export function clientOfSubject(subject: string): ClientPattern | { readonly error: string } {
  // Two lone surrogates would have the same bytes.
  if (/\p{Cs}/u.test(subject)) return { error: 'the client it names must be well-formed Unicode' };
  const parsed = clientPattern.safeParse(subject.replace(/:(?=[0-9A-F]{2})|[^A-Za-z0-9._:@-]/gu, escaped));
  return parsed.success ? parsed.data : { error: `the client it names ${parsed.error.issues[0]?.message}` };
}

const encoder = new TextEncoder();

const escaped = (character: string): string =>
  Array.from(encoder.encode(character), (byte) => `:${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
