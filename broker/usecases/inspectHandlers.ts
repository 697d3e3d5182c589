import { list } from './list';
import type { Handlers } from './outcome';
import { purge, redrive } from './redrive';
import { status } from './status';

/** What the server knows, and what is done with dead letters. */
export const inspectHandlers = { list, status, redrive, purge } satisfies Handlers;
