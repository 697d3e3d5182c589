import * as z from 'zod/mini';
import type { StoredEntry } from './block';
import { DIGEST_BYTES, type Digests } from './digest';

const headSchema = z.tuple([
  z.string(),
  z.array(z.union([z.string(), z.number()])),
  z.nullable(z.int().check(z.minimum(0))),
]);

/**
 * One change to be stored: a value under a key of a database, or null to remove it. A block of a log comes with its
 * entries, unless it was read from the journal.
 */
export type Change = readonly [
  database: string,
  key: (string | number)[],
  value: string | null,
  entries?: readonly StoredEntry[],
];

const END_OF_HEAD = '\n';
const LENGTH_BYTES = 4;
/** Of the number of a segment, or of a group. */
const NUMBER_BYTES = 6;
const SEGMENT_AT = LENGTH_BYTES + DIGEST_BYTES;
const GROUP_AT = SEGMENT_AT + NUMBER_BYTES;
const HEADER_BYTES = GROUP_AT + NUMBER_BYTES;

/**
 * The place of a group. Files are reused, and this tells the groups of a segment from those that an earlier one left in
 * its file.
 */
export interface Place {
  /** The number of the segment. */
  readonly segment: number;
  /** One more than that of the group before, be it in this segment or in the one before. */
  readonly group: number;
}

/** A store on disk has changed since it was written. */
export class CorruptStore extends Error {
  override readonly name = 'CorruptStore';
}

/**
 * A group as it is written: its length in bytes, a digest of what follows, its place, and the changes: each a line of
 * JSON with its database, its key and the length of its value in UTF-16 units (null: removed), and the value as it is.
 */
export function encodeGroup(digests: Digests, { segment, group }: Place, changes: readonly Change[]): Buffer {
  let text = '';
  for (const [database, key, value] of changes)
    text += `${JSON.stringify([database, key, value?.length ?? null])}${END_OF_HEAD}${value ?? ''}`;
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length);
  bytes.write(text, HEADER_BYTES);
  bytes.writeUInt32LE(length);
  bytes.writeUIntLE(segment, SEGMENT_AT, NUMBER_BYTES);
  bytes.writeUIntLE(group, GROUP_AT, NUMBER_BYTES);
  bytes.writeBigUInt64LE(digests.ofBytes(bytes.subarray(SEGMENT_AT)), LENGTH_BYTES);
  return bytes;
}

function headOf(line: string): z.infer<typeof headSchema> {
  try {
    return headSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new CorruptStore('the journal is of another version', { cause });
  }
}

/** The inverse, without what is before the changes. */
function* decodeChanges(text: string): Generator<Change> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf(END_OF_HEAD, at);
    const [database, key, length] = headOf(text.slice(at, end));
    at = end + END_OF_HEAD.length + (length ?? 0);
    yield [database, key, length === null ? null : text.slice(end + END_OF_HEAD.length, at)];
  }
}

/** A segment as it is read. */
export interface Decoded {
  readonly changes: readonly Change[];
  /** The number of its first group; undefined if it has none. */
  readonly first: number | undefined;
  /** The number that the next group has; undefined if no group was read so far. */
  readonly next: number | undefined;
  /**
   * Set if bytes that were on disk have changed: later groups are there, so that a crash cannot have cut this one off.
   * `before`: bytes of the segment before have changed.
   */
  readonly damaged: 'here' | 'before' | undefined;
}

/**
 * Reads the groups of a segment, up to the first that is not whole.
 *
 * @param from the number of its first group; undefined if it may be any.
 */
export function decodeGroups(digests: Digests, bytes: Buffer, segment: number, from: number | undefined): Decoded {
  const changes: Change[] = [];
  let first: number | undefined;
  let next = from;
  let at = 0;
  let found = groupAt(digests, bytes, at, segment);
  while (found !== undefined && found.group === (next ?? found.group)) {
    // One by one: a group may hold more changes than a call takes arguments.
    for (const change of decodeChanges(found.body.toString())) changes.push(change);
    first ??= found.group;
    next = found.group + 1;
    at = found.end;
    found = groupAt(digests, bytes, at, segment);
  }
  const damaged = found !== undefined ? 'before' : hasGroupAfter(digests, bytes, at, segment) ? 'here' : undefined;
  return { changes, first, next, damaged };
}

interface Found {
  readonly group: number;
  readonly body: Buffer;
  readonly end: number;
}

/** The group at a position, if it is undamaged and belongs to this segment. */
function groupAt(digests: Digests, bytes: Buffer, at: number, segment: number): Found | undefined {
  const start = at + HEADER_BYTES;
  if (start > bytes.length || bytes.readUIntLE(at + SEGMENT_AT, NUMBER_BYTES) !== segment) return undefined;
  const end = start + bytes.readUInt32LE(at);
  if (end > bytes.length) return undefined;
  if (digests.ofBytes(bytes.subarray(at + SEGMENT_AT, end)) !== bytes.readBigUInt64LE(at + LENGTH_BYTES))
    return undefined;
  return { group: bytes.readUIntLE(at + GROUP_AT, NUMBER_BYTES), body: bytes.subarray(start, end), end };
}

/**
 * Whether there is a group anywhere after a position. Searches byte by byte, since a changed length hides where the
 * next one begins.
 */
function hasGroupAfter(digests: Digests, bytes: Buffer, at: number, segment: number): boolean {
  const number = Buffer.alloc(NUMBER_BYTES);
  number.writeUIntLE(segment, 0, NUMBER_BYTES);
  for (let place = bytes.indexOf(number, at + SEGMENT_AT + 1); place >= 0; place = bytes.indexOf(number, place + 1))
    if (groupAt(digests, bytes, place - SEGMENT_AT, segment)) return true;
  return false;
}
