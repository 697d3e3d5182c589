import { Misuse } from '../exitCode';

/** How a text becomes a payload. */
export type ReadPayload = (text: string) => unknown;

/** The text is JSON. @throws Misuse if it is not. */
export const fromJson: ReadPayload = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    throw new Misuse(
      `${excerpt(text)} is not JSON: a string needs double quotes inside, as in '"text"'; or use --text`,
    );
  }
};

/** The text itself is the payload, a string. */
export const asText: ReadPayload = (text) => text;

const EXCERPT = 40;
const excerpt = (text: string): string => (text.length <= EXCERPT ? text : `${text.slice(0, EXCERPT)}…`);

/**
 * Reads headers as they are given on the command line, `name=value`; a value may have further `=`.
 *
 * @throws Misuse if one is not of this form.
 */
export function readHeaders(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const end = text.indexOf('=');
      if (end < 1) throw new Misuse(`'${text}' is no header: expected name=value`);
      return [text.slice(0, end), text.slice(end + 1)];
    }),
  );
}
