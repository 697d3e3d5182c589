import type { Command } from 'commander';
import { addBench } from './bench';
import { addClients } from './clients';
import { addCompletion } from './completion';
import { addDeadLetters } from './deadLetters';
import { addKeys } from './keys';
import { addPublish } from './publish';
import { addQueues } from './queues';
import { addSeek } from './seek';
import { addServe } from './serve';
import { addStatus } from './status';
import { addSubscribe } from './subscribe';
import { addSubscriptions } from './subscriptions';
import { addTop } from './top';

/** Every command, in the order of the help: a file each, which adds it to the tree. */
export const COMMANDS: readonly ((root: Command) => void)[] = [
  addServe,
  addPublish,
  addSubscribe,
  addQueues,
  addClients,
  addSubscriptions,
  addStatus,
  addDeadLetters,
  addSeek,
  addTop,
  addBench,
  addKeys,
  // Last: it completes those before it.
  addCompletion,
];
