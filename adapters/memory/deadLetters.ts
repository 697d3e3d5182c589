import * as z from 'zod/mini';
import type { DeadLetter } from '../../broker/model/message';
import type { ClientId, QueueName, Seq, Time } from '../../broker/model/names';
import type { DeadLetterOwner, DeadLetterStore, Page, PageRequest } from '../../broker/ports';
import { fromCursor, toCursor } from '../../broker/protocol/cursor';
import { OrderedMap } from './orderedMap';
import { firstPage } from './pages';

type Letters = OrderedMap<Seq, DeadLetter>;

const Position = z.strictObject({ list: z.literal('deadLetters'), after: z.number() });

const cursorAfter = (after: Seq): string => toCursor({ list: 'deadLetters', after });

/** The dead letters, in this process. */
export class MemoryDeadLetters implements DeadLetterStore {
  private readonly clients = new Map<ClientId, Map<QueueName, Letters>>();

  async put(owner: DeadLetterOwner, letter: DeadLetter): Promise<void> {
    this.of(owner).set(letter.message.seq, letter);
  }

  async get(owner: DeadLetterOwner, seqs: readonly Seq[], now: Time): Promise<DeadLetter[]> {
    const letters = this.of(owner);
    return seqs.flatMap((seq) => letters.get(seq) ?? []).filter(({ expiresAt }) => expiresAt > now);
  }

  async remove(owner: DeadLetterOwner, seqs: readonly Seq[]): Promise<void> {
    const letters = this.of(owner);
    for (const seq of seqs) letters.delete(seq);
  }

  async list(owner: DeadLetterOwner, { limit, cursor }: PageRequest, now: Time): Promise<Page<DeadLetter>> {
    const after = cursor === undefined ? undefined : fromCursor(Position, cursor).after;
    return firstPage(this.living(owner, now, after), limit, ({ message }) => cursorAfter(message.seq));
  }

  async count(owner: DeadLetterOwner, now: Time): Promise<number> {
    return [...this.living(owner, now)].length;
  }

  private *living(owner: DeadLetterOwner, now: Time, after?: Seq): Generator<DeadLetter> {
    for (const [, letter] of this.of(owner).after(after)) if (letter.expiresAt > now) yield letter;
  }

  private of({ client, queue }: DeadLetterOwner): Letters {
    const queues = this.clients.get(client) ?? new Map<QueueName, Letters>();
    this.clients.set(client, queues);
    const letters = queues.get(queue) ?? new OrderedMap<Seq, DeadLetter>();
    queues.set(queue, letters);
    return letters;
  }
}
