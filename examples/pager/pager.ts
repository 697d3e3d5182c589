import { connect } from 'holdfast/client';
import type { Queues } from './servers';

/** A pager that is switched on. */
export interface Pager {
  /** How many events happened while it was off; not all of them need be alarms. */
  readonly missed: number;
  /** Rings for so many alarms, and then is switched off. */
  ring(times: number): Promise<void>;
}

/** Switches the pager on: it rings for alarms and for nothing else, starting with those that it missed. */
export async function switchOn(url: string): Promise<Pager> {
  const holdfast = await connect<Queues>(url, { clientId: 'pager' });
  const [before] = holdfast.welcome?.subscriptions ?? [];
  const alarms = holdfast.subscribe('server events', { events: ['alarm'] });
  await alarms.ready;
  return {
    missed: (before?.backlog ?? 0) + (before?.inFlight ?? 0),
    async ring(times) {
      let rung = 0;
      for await (const alarm of alarms) {
        console.log(`  RING: ${alarm.payload.server}: ${alarm.payload.what} (${ago(alarm.publishedAt)})`);
        // Leaving the loop would give it back.
        alarm.ack();
        rung += 1;
        if (rung === times) break;
      }
      await holdfast.close();
    },
  };
}

const ago = (time: Date): string => {
  const seconds = Math.round((Date.now() - time.getTime()) / 1000);
  return seconds < 1 ? 'now' : `${seconds} s ago`;
};
