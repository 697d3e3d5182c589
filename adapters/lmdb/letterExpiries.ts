import type { Seq, Time } from '../../broker/model/names';
import type { DeadLetterOwner } from '../../broker/ports';
import type { Database } from './database';
import type { Change } from './groups';
import { letterExpiry } from './letterText';
import type { Key } from './tables';

/*
 * Beside the dead letters stands when each expires: [expiry, queue, client, seq], with nothing in it. So expired
 * letters are found without reading the others. An entry stays when its letter is removed or replaced, until it is
 * swept.
 */

/** The change that goes with a letter. */
export const expiryChange = ({ queue, client }: DeadLetterOwner, seq: Seq, expiresAt: Time): Change => [
  'expiries',
  [expiresAt, queue, client, seq],
  '',
];

/** An expired entry that is still in LMDB. */
export interface Expired {
  readonly expiry: Key;
  /** The letter; undefined if it is gone, or was replaced and has not expired. */
  readonly letter: Key | undefined;
}

/** All that is expired, the oldest first. */
export function* expiredLetters(database: Database, now: Time): Generator<Expired> {
  for (const expiry of database.keys('expiries', [0], [now + 1])) {
    const [expiresAt, ...letter] = expiry;
    const text = database.get('deadLetters', letter);
    yield { expiry, letter: text !== undefined && letterExpiry(text) === expiresAt ? letter : undefined };
  }
}
