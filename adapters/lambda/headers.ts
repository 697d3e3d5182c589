type Texts = Readonly<Record<string, string | undefined>> | null;

/**
 * A header of a handshake. API Gateway passes names on as they were written.
 *
 * @param name in small letters.
 */
export const headerOf = ({ headers }: { readonly headers?: Texts }, name: string): string | undefined =>
  Object.entries(headers ?? {}).find(([given]) => given.toLowerCase() === name)?.[1];
