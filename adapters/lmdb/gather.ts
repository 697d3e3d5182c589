import type { QueueName } from '../../broker/model/names';
import { decodeBlock, encodeBlock, Gathering, type StoredEntry } from './block';
import type { Change } from './groups';
import { markersOf } from './markers';

/** Entries of a queue's log that are to be stored, ascending. */
export interface Entries {
  readonly queue: QueueName;
  readonly appended: readonly StoredEntry[];
}

/** What is to be stored, as the stores hand it over. */
export type Written = Change | Entries;

interface Open {
  readonly gathering: Gathering;
  /** The encoded block, if the entries are exactly one block. */
  whole: Change | undefined;
}

/** Blocks that are being filled, one for each queue. */
class Filling {
  readonly changes: Change[] = [];
  private readonly open = new Map<QueueName, Open>();

  /** @param whole the change that the entries come from, where they are a block already. */
  add(queue: QueueName, entries: readonly StoredEntry[], whole?: Change): void {
    const open = this.open.get(queue);
    if (open?.gathering.add(entries)) {
      open.whole = undefined;
      return;
    }
    if (open) this.close(queue, open);
    const gathering = new Gathering();
    gathering.add(entries);
    this.open.set(queue, { gathering, whole });
  }

  closeAll(): Change[] {
    for (const [queue, open] of this.open) this.close(queue, open);
    return this.changes;
  }

  private close(queue: QueueName, { gathering: { entries }, whole }: Open): void {
    this.changes.push(whole ?? ['messages', [queue, entries[0]?.seq ?? 0], encodeBlock(entries), entries]);
  }
}

/** Gathers entries that are written together into blocks; all else stays as it is. */
export function inBlocks(written: readonly Written[]): Change[] {
  const filling = new Filling();
  for (const one of written)
    if ('appended' in one) for (const entry of one.appended) filling.add(one.queue, [entry]);
    else filling.changes.push(one);
  return filling.closeAll();
}

/**
 * Converts what was written for LMDB. Small blocks are joined, since a block is read and removed as a whole. Ids that
 * publishers chose get their markers.
 */
export function forLmdb(changes: readonly Change[]): Change[] {
  const filling = new Filling();
  for (const change of changes) {
    const [table, key, block] = change;
    if (table !== 'messages' || block === null) {
      filling.changes.push(change);
      continue;
    }
    const [queue, first] = key;
    const entries = change[3] ?? decodeBlock(Number(first), block);
    filling.add(queue as QueueName, entries, [table, key, block, entries]);
  }
  return filling.closeAll().flatMap((change) => {
    const [, [queue], , entries] = change;
    return entries ? [change, ...markersOf(queue as QueueName, entries)] : [change];
  });
}
