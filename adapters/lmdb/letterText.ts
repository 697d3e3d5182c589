import { type DeadLetter, isTombstone } from '../../broker/model/message';
import type { Seq, Time } from '../../broker/model/names';
import { decodeEntry, encodeEntry } from './entryText';

type Head = [reason: string, attempts: number, diedAt: number, expiresAt: number];

const END_OF_HEAD = '\n';

/** A dead letter as it is stored: a line with what became of its message, and the message. */
export const encodeLetter = ({ message, reason, attempts, diedAt, expiresAt }: DeadLetter): string =>
  `${JSON.stringify([reason, attempts, diedAt, expiresAt] satisfies Head)}${END_OF_HEAD}${encodeEntry(message)}`;

/** The inverse; undefined if it is expired, which is found without parsing the message. */
export function decodeLetter(seq: Seq, text: string, now: Time): DeadLetter | undefined {
  const end = text.indexOf(END_OF_HEAD);
  const [reason, attempts, diedAt, expiresAt] = headOf(text);
  if (expiresAt <= now) return undefined;
  const message = decodeEntry(seq, text.slice(end + END_OF_HEAD.length));
  return isTombstone(message) ? undefined : { message, reason, attempts, diedAt, expiresAt };
}

/** When a stored dead letter expires. */
export const letterExpiry = (text: string): Time => headOf(text)[3];

const headOf = (text: string): Head => JSON.parse(text.slice(0, text.indexOf(END_OF_HEAD))) as Head;
