import type { JsonText } from '../model/names';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

// Tab, line feed, carriage return and space: RFC 8259, section 2.
const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

/** Goes through a text that JSON.parse has accepted; it does not check that it is JSON. */
export class JsonScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Whether an array comes next. */
  get isArray(): boolean {
    return this.next() === OPENING_BRACKET;
  }

  /** Whether an object comes next. */
  get isObject(): boolean {
    return this.next() === OPENING_BRACE;
  }

  /** Goes through an object. @param pass is to pass the value of the key it is given. */
  members(pass: (key: string) => void): void {
    this.parts(CLOSING_BRACE, () => {
      const start = this.at;
      this.at = endOfString(this.text, start);
      const key = this.text.slice(start + 1, this.at - 1);
      this.next();
      this.at += 1;
      pass(key.includes('\\') ? JSON.parse(`"${key}"`) : key);
    });
  }

  /** Goes through an array. @param pass is to pass the element. */
  elements(pass: () => void): void {
    this.parts(CLOSING_BRACKET, pass);
  }

  /** Passes a value. @returns it as it was written, but without the white space between its tokens. */
  pass(): JsonText {
    this.next();
    const { text } = this;
    let { at } = this;
    let from = at;
    let pieces = '';
    let open = 0;
    do {
      const code = text.charCodeAt(at);
      if (code === QUOTE) at = endOfString(text, at);
      else if (code === OPENING_BRACE || code === OPENING_BRACKET) {
        at += 1;
        open += 1;
      } else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) {
        at += 1;
        open -= 1;
      } else if (isSpace(code)) {
        pieces += text.slice(from, at);
        at = endOfSpace(text, at);
        from = at;
      } else if (open === 0) at = endOfScalar(text, at);
      else at += 1;
    } while (open > 0);
    this.at = at;
    return (pieces + text.slice(from, at)) as JsonText;
  }

  private parts(closing: number, pass: () => void): void {
    this.next();
    this.at += 1;
    while (this.next() !== closing) {
      pass();
      if (this.next() === COMMA) {
        this.at += 1;
        this.next();
      }
    }
    this.at += 1;
  }

  /** Passes white space. @returns what comes next. */
  private next(): number {
    this.at = endOfSpace(this.text, this.at);
    return this.text.charCodeAt(this.at);
  }
}

function endOfSpace(text: string, start: number): number {
  let end = start;
  while (isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text.charCodeAt(start - 1) === BACKSLASH) start -= 1;
  return (at - start) % 2 === 1;
}

/** Of a number, true, false or null. */
function endOfScalar(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === COMMA || code === CLOSING_BRACE || code === CLOSING_BRACKET || isSpace(code)) break;
    end += 1;
  }
  return end;
}
