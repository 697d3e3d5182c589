/** The answer to a handshake that was refused, as `ws` tells it: a response of Node. */
export interface Refusal extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
}

/** The longest explanation. A longer body is a page of some proxy. */
const CHARACTERS = 1_024;

/** What to do when a server refuses without an explanation. */
export const ADVICE = 'see whether the URL, the token and the clientId are good';

/**
 * Why the handshake was refused, in a sentence: the explanation of the server, or else what to do.
 *
 * @returns the sentence; never throws. Of an answer that breaks off, what came until then.
 */
export async function reasonOf(refusal: Refusal): Promise<string> {
  const decoder = new TextDecoder();
  let body = '';
  try {
    for await (const chunk of refusal) {
      body += decoder.decode(chunk, { stream: true });
      if (body.length > CHARACTERS) break;
    }
  } catch {}
  return `the server refused the connection with ${refusal.statusCode}: ${said(body) ?? ADVICE}`;
}

/**
 * The explanation in a body; undefined if it has none, such as a page, or the `{"message":"Unauthorized"}` of API
 * Gateway.
 */
function said(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text.length > CHARACTERS || /^[<{[]|\n/.test(text)) return undefined;
  return text;
}
