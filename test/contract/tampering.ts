import type { DatabaseClient } from '../../adapters/dynamodb';

/** A request as it leaves the SDK: which command it belongs to. */
export interface Sent {
  readonly command: string;
  /** How many of this command were sent before, its repetitions counted. */
  readonly before: number;
  /** Its JSON. */
  readonly body: string;
}

/** What becomes of a request: its answer is lost on the way back, or it never arrives. */
export type Fate = 'arrives' | 'answer lost' | 'lost';

/** Lets a test decide what becomes of every request, also of the SDK's own repetitions. */
export function tamperWith(client: DatabaseClient, decide: (sent: Sent) => Fate | Promise<Fate>): void {
  const counts = new Map<string, number>();
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const command = context.commandName ?? '';
      const before = counts.get(command) ?? 0;
      counts.set(command, before + 1);
      const { body } = args.request as { readonly body: Uint8Array };
      const fate = await decide({ command, before, body: new TextDecoder().decode(body) });
      if (fate === 'lost') throw hangUp();
      const answer = await next(args);
      if (fate === 'answer lost') throw hangUp();
      return answer;
    },
    { step: 'deserialize', name: 'tampering', priority: 'high' },
  );
}

const hangUp = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
