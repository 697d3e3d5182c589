/**
 * Characters that a terminal obeys instead of showing, or that change how other text is shown: control characters (C0
 * with ESC, DEL, and C1 with the one-byte CSI), line separators, marks that turn the direction of writing
 * (https://trojansource.codes), and lone surrogates.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text from the wire that is safe to print: invisible characters are escaped as in JSON, `\u001b`. Nothing in it can
 * send a sequence to the terminal, or begin a line. In JSON text the result means the same.
 */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (unseen) => SHORT[unseen] ?? `\\u${unseen.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A value as JSON on one line that may be printed. */
export const visibleJson = (value: unknown): string => visible(JSON.stringify(value) ?? 'null');
