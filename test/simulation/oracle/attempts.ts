import type { Seq, Time } from '../../../broker/model/names';
import type { Flight } from '../../../broker/model/subscription';
import type { ServerFrame } from '../../../broker/protocol/frames';
import type { Process } from '../process';
import type { World } from '../world';
import type { Account } from './account';

/** What a push is answered: it may also be that it is not answered, which counts as slow. */
export type PushOutcome = 'sent' | 'slow' | 'throttled' | 'gone';

/** A delivery that a process stored, and what became of its pushes. */
interface Attempt {
  readonly account: Account;
  readonly seq: Seq;
  readonly attempt: number;
  readonly dueAt: Time;
  /** How often attempts of it had been given back before. */
  readonly givenBack: number;
  readonly life: number;
  wasPushed: boolean;
  mayHaveArrived: boolean;
}

/**
 * A push that is refused, because the connection is gone or too much is pushed, counts no attempt: who stored a
 * delivery, pushed it, and was refused by every connection, has given its attempt back by the time it is done, unless
 * it died or failed.
 */
export class Attempts {
  private readonly underWay = new Map<Process, Attempt[]>();

  constructor(private readonly world: World) {}

  /** A process begins with something. */
  begins(process: Process): void {
    this.underWay.set(process, []);
  }

  /** A delivery was stored by a process. */
  stored(process: Process | undefined, account: Account, { seq, attempt, dueAt }: Flight): void {
    if (process === undefined) return;
    const { life } = account;
    const givenBack = account.timesGivenBack(seq);
    this.underWay.get(process)?.push({
      account,
      seq,
      attempt,
      dueAt,
      givenBack,
      life,
      wasPushed: false,
      mayHaveArrived: false,
    });
  }

  /** A process was answered to a push. */
  pushed(process: Process, client: string | undefined, frame: ServerFrame, outcome: PushOutcome): void {
    if (frame.type !== 'messages') return;
    for (const one of this.underWay.get(process) ?? []) {
      const { account, seq, attempt } = one;
      if (account.client !== client || account.queue !== frame.queue) continue;
      // Nor is it pushed what comes after: that is left in flight, too.
      if (outcome === 'slow') one.mayHaveArrived = true;
      if (!frame.messages.some((message) => message.seq === seq && message.attempt === attempt)) continue;
      one.wasPushed = true;
      if (outcome === 'sent') one.mayHaveArrived = true;
    }
  }

  /** A process is done with what it began, without dying or failing. */
  isDone(process: Process): void {
    for (const one of this.underWay.get(process) ?? [])
      if (one.wasPushed && !one.mayHaveArrived && !this.isGivenBack(one)) {
        const { account, seq, attempt } = one;
        this.world.fail(
          `a push that was refused counts no attempt: ${seq}, attempt ${attempt} (${account.client} of ${account.queue})`,
        );
      }
  }

  /**
   * Or was settled, nacked or extended by another connection meanwhile, and perhaps delivered again, or is not owed any
   * more.
   */
  private isGivenBack({ account, seq, attempt, dueAt, givenBack, life }: Attempt): boolean {
    if (account.timesGivenBack(seq) > givenBack || account.life !== life) return true;
    const flight = this.world.oracle.flightOf(account, seq);
    if (flight === undefined || flight.attempt === 0 || flight.attempt > attempt) return true;
    const isExtended = flight.dueAt !== dueAt && flight.dueAt > this.world.scheduler.now;
    return isExtended || flight.dead === true || flight.waiting === true;
  }
}
