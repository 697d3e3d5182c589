import { EVERY_EVENT, type EventName, type QueueName } from '../model/names';
import { queueName } from '../protocol/fields';

/** A set of names: the one that is `text`, or, if `open`, all that begin with it. */
interface Part {
  readonly text: string;
  readonly open: boolean;
}

/** A set of events, each in its queue. */
export interface Pattern {
  readonly queue: Part;
  readonly event: Part;
}

const ALL: Part = { text: '', open: true };

/** Every event of every queue. */
export const EVERYTHING: Pattern = { queue: ALL, event: ALL };
const EVERYTHING_TEXT = '*';

/** Escapes for the characters that have a meaning in patterns, as in a URL (RFC 3986, section 2.1). */
const ESCAPES: Readonly<Record<string, string>> = { '%2F': '/', '%2A': '*', '%25': '%' };
const ESCAPED: Readonly<Record<string, string>> = { '/': '%2F', '*': '%2A', '%': '%25' };

/**
 * Reads a pattern: `QUEUE/EVENT`, where either may end in `*`, which stands for any further characters, or none; `*`
 * alone is every event of every queue. A `/`, `*` or `%` that is part of a name is written `%2F`, `%2A` or `%25`.
 *
 * @returns the pattern; or an error, a sentence that says what was expected.
 */
export function parsePattern(text: string): Pattern | { readonly error: string } {
  if (text === EVERYTHING_TEXT) return EVERYTHING;
  const refuse = (fault: string) => ({ error: `the pattern ${JSON.stringify(text)} ${fault}` });
  const [queueText, eventText, ...more] = text.split('/');
  if (queueText === undefined || eventText === undefined || more.length > 0)
    return refuse('must be QUEUE/EVENT with one slash, or *: write %2F for a slash in a name');
  const queue = parsePart(queueText);
  if (typeof queue === 'string') return refuse(queue);
  const event = parsePart(eventText);
  return typeof event === 'string' ? refuse(event) : { queue, event };
}

function parsePart(written: string): Part | string {
  const open = written.endsWith('*');
  const escaped = open ? written.slice(0, -1) : written;
  if (escaped.includes('*')) return 'may have * at the end of a name only: write %2A for one in a name';
  if (/%(?!2F|2A|25)/i.test(escaped)) return 'has a % that is none of %2F, %2A and %25: write %25 for a percent sign';
  const text = escaped.replace(/%../g, (three) => ESCAPES[three.toUpperCase()] ?? three);
  if (open && text === '') return ALL;
  const name = queueName.safeParse(text);
  return name.success ? { text, open } : `has a name that ${name.error.issues[0]?.message}`;
}

/** Writes a pattern as {@link parsePattern} reads it. */
export const formatPattern = (pattern: Pattern): string =>
  isEverything(pattern) ? EVERYTHING_TEXT : `${formatPart(pattern.queue)}/${formatPart(pattern.event)}`;

/** Whether a pattern contains every event of every queue. */
export const isEverything = ({ queue, event }: Pattern): boolean => isAll(queue) && isAll(event);

const formatPart = ({ text, open }: Part): string =>
  text.replace(/[/*%]/g, (character) => ESCAPED[character] ?? character) + (open ? '*' : '');

/**
 * Whether a pattern contains what a client asks for.
 *
 * @param event as in a subscription: `*` is every event of the queue, which only a pattern of every event contains.
 */
export const containsEvent = (pattern: Pattern, queue: QueueName, event: EventName): boolean =>
  contains(pattern.queue, queue) && (event === EVERY_EVENT ? isAll(pattern.event) : contains(pattern.event, event));

const contains = ({ text, open }: Part, name: string): boolean => (open ? name.startsWith(text) : name === text);

const isAll = ({ text, open }: Part): boolean => open && text === '';
