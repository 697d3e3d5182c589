import * as fc from 'fast-check';
import { ulid } from 'ulid';
import type * as z from 'zod/mini';
import type { ClientId, JsonText, QueueName } from '../../../broker/model/names';
import type { Stores } from '../../../broker/ports';
import { clientId, messageId, queueName } from '../../../broker/protocol/fields';
import { chosen, deadLetter, everyPage, LATER, message, NOW, ODD, pageOf, subscription } from './samples';
import { type MakeStores, opened } from './stores';

/** Names that stores are given at the same time: all different, all such as the protocol lets through. */
export interface Names {
  readonly queues: readonly QueueName[];
  readonly clients: readonly ClientId[];
  readonly ids: readonly string[];
}

/** What a store might put between the parts of a key, or take for something of its own. */
const PARTS = [...ODD, '0', '1', 'a', 'A', '-', '.', '_', ':', '@', '\u00a0', '\uffff', '\u{10ffff}', '__proto__'];
/** What keys are put together with more often than not. */
const USUAL = ['#', '.', ':'];
/** A message id may have these as well. */
const CONTROLS = ['\u0000', '\u0001', '\n', '\u001e', '\u001f', '\u007f'];

/**
 * Words of a token and what may stand between two of them: any is the beginning, the end or the sum of others.
 *
 * @param token stands in every name, so that a run finds nothing that another left.
 */
const words = (t: string, a: string, b: string): string[] => [
  ...[t, `${t}${a}${t}`, `${t}${a}`, `${a}${t}`],
  ...[t + t, `${t}${b}${t}`, `${t}${a}${b}`, t.toLowerCase()],
];

function arbitraryNames(all: readonly string[]): fc.Arbitrary<Names> {
  const distinct = <Field extends z.ZodMiniType>(field: Field) => {
    const possible = [...new Set(all.flatMap((word) => field.safeParse(word).data ?? []))];
    return fc.shuffledSubarray(possible, {
      minLength: Math.min(5, possible.length),
      maxLength: Math.min(6, possible.length),
    });
  };
  return fc.record({ queues: distinct(queueName), clients: distinct(clientId), ids: distinct(messageId) });
}

/** Names drawn anew for every run. */
export const someNames = (): fc.Arbitrary<Names> =>
  fc
    .tuple(fc.constantFrom(...USUAL), fc.constantFrom(...PARTS, ...CONTROLS))
    .chain((between) => arbitraryNames(words(ulid(), ...between)));

const owners = ({ queues, clients }: Names) => queues.flatMap((queue) => clients.map((client) => ({ queue, client })));
const labelOf = (...names: readonly (string | number)[]): string => JSON.stringify({ label: names.join('\n') });

/** Stores something of its own under each name and each pair of names. */
export async function fill(stores: Stores, names: Names): Promise<void> {
  for (const queue of names.queues) {
    for (const id of names.ids) {
      const answer = await stores.log.append(
        queue,
        [chosen(id, { headers: labelOf(queue, id) as JsonText })],
        NOW,
        LATER,
      );
      expect(answer).toMatchObject([{ duplicate: false }]);
    }
  }
  for (const [index, owner] of owners(names).entries()) {
    for (const shard of [0, 1]) {
      const key = { ...owner, shard };
      expect(await stores.subscriptions.save(subscription(key, { next: 100 * index + shard + 1 }), NOW)).toBe(true);
    }
    await stores.clients.addSubscription({ ...owner, shard: 0, createdAt: NOW }, names.queues.length);
    const reason = labelOf(owner.queue, owner.client);
    await stores.deadLetters.put(owner, deadLetter(7, { reason, message: message(7, { id: reason }) }));
  }
}

/** Expects each name to hold what was stored under it, and nothing else. */
export async function expectApart(stores: Stores, names: Names, isDirectoryKept = true): Promise<void> {
  for (const queue of names.queues) {
    const read = await stores.log.read(queue, 1, 100, NOW);
    expect(read).toMatchObject(names.ids.map((id, index) => ({ seq: index + 1, id, headers: labelOf(queue, id) })));
    expect(await stores.queues.get(queue)).toMatchObject({ queue, head: names.ids.length });
    const again = await stores.log.append(
      queue,
      names.ids.map((id) => chosen(id)),
      NOW,
      LATER,
    );
    expect(again).toEqual(names.ids.map((id, index) => ({ seq: index + 1, id, duplicate: true })));
  }
  for (const [index, owner] of owners(names).entries()) {
    for (const shard of [0, 1]) {
      const found = await stores.subscriptions.get({ ...owner, shard }, NOW);
      expect(found).toMatchObject({ ...owner, shard, next: 100 * index + shard + 1 });
    }
    const letters = await stores.deadLetters.list(owner, { limit: 10 }, NOW);
    expect(letters.items.map(({ reason }) => reason)).toEqual([labelOf(owner.queue, owner.client)]);
  }
  for (const queue of names.queues) {
    const shards = [0, 1].map((shard) => ({ queue, shard }));
    const listed = await everyPage(3, (cursor) => stores.subscriptions.list(shards, pageOf(3, cursor), NOW));
    expect(new Set(listed.map(({ client }) => client))).toEqual(new Set(names.clients));
    expect(listed).toHaveLength(2 * names.clients.length);
  }
  if (!isDirectoryKept) return;
  for (const client of names.clients) {
    const { subscriptions } = await stores.clients.get(client, NOW);
    expect(new Set(subscriptions.map(({ queue }) => queue))).toEqual(new Set(names.queues));
  }
}

/** That no two names, whatever they contain, are one to a store, and none reaches into another. */
export function describeNames(name: string, makeStores: MakeStores, numRuns: number): void {
  describe(`names in ${name}`, () => {
    const stores = opened(makeStores);

    it('never collide and never escape their place, whatever they contain', async () => {
      await fc.assert(
        fc.asyncProperty(someNames(), async (names) => {
          await fill(stores(), names);
          await expectApart(stores(), names);
        }),
        { numRuns },
      );
    }, 120_000);
  });
}
