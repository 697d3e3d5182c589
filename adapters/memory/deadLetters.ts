import type { DeadLetter } from '../../broker/model/message';
import type { ClientId, QueueName, Seq, Time } from '../../broker/model/names';
import type { DeadLetterOwner, DeadLetterStore, Page, PageRequest } from '../../broker/ports';
import { paginate } from './pages';

type Letters = Map<Seq, DeadLetter>;

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

  async list(owner: DeadLetterOwner, page: PageRequest, now: Time): Promise<Page<DeadLetter>> {
    return paginate('deadLetters', [0], this.listed(owner, now), ({ message }) => [message.seq], page);
  }

  async count(owner: DeadLetterOwner, now: Time): Promise<number> {
    return this.listed(owner, now).length;
  }

  private listed(owner: DeadLetterOwner, now: Time): DeadLetter[] {
    return [...this.of(owner).values()].filter(({ expiresAt }) => expiresAt > now);
  }

  private of({ client, queue }: DeadLetterOwner): Letters {
    const queues = this.clients.get(client) ?? new Map<QueueName, Letters>();
    this.clients.set(client, queues);
    const letters = queues.get(queue) ?? new Map<Seq, DeadLetter>();
    queues.set(queue, letters);
    return letters;
  }
}
