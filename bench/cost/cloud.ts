import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Where DynamoDB is, and where SQS and the management API are. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly services: string;
}

/**
 * DynamoDB (dynalite), SQS and the management API in a process of their own, so that the processing time measured in
 * this one is that of the functions.
 */
export async function startCloud(): Promise<Endpoints & { close(): Promise<void> }> {
  const child = fork(join(__dirname, 'cloudProcess.ts'), [], { stdio: 'inherit' });
  const [endpoints] = (await once(child, 'message')) as [Endpoints];
  return {
    ...endpoints,
    close: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
