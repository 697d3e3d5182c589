/** The answer to a handshake that was refused, as `ws` tells it: a response of Node. */
export interface Refusal extends AsyncIterable<Uint8Array> {
  readonly statusCode?: number | undefined;
}

/** An explanation is a line of text; more is a page that somebody in between wrote. */
const CHARACTERS = 1_024;

/** What to do where a server refuses without a word of its own. */
export const ADVICE = 'see whether the URL, the token and the clientId are good';

/**
 * Why the handshake was refused, in a sentence: what the server says, or else what to do.
 *
 * @returns never throws: an answer that breaks off says what it said until then.
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

/** The explanation in a body; undefined if it has none, such as a page, or the `{"message":"Unauthorized"}` of API Gateway. */
function said(body: string): string | undefined {
  const text = body.trim();
  if (text === '' || text.length > CHARACTERS || /^[<{[]|\n/.test(text)) return undefined;
  return text;
}
