import type { Handlers } from './outcome';
import { seek } from './seek';
import { subscribe } from './subscribe';
import { unsubscribe } from './unsubscribe';

/** What a client is interested in, and from where. */
export const subscribeHandlers = { subscribe, unsubscribe, seek } satisfies Handlers;
