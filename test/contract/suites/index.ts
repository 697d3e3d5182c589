import { describeClientStore } from './clientStore';
import { describeConnectionStore } from './connectionStore';
import { describeDeadLetterStore } from './deadLetterStore';
import { describeKeyStore } from './keyStore';
import { describeMessageLog } from './messageLog';
import { describeNames, expectApart, fill, type Names, someNames } from './names';
import { describeQueueStore } from './queueStore';
import type { MakeStores } from './stores';
import { describeSubscriptionStore } from './subscriptionStore';

export type { MakeStores, OpenedStores } from './stores';
export type { Names };
export {
  describeClientStore,
  describeConnectionStore,
  describeDeadLetterStore,
  describeKeyStore,
  describeMessageLog,
  describeNames,
  describeQueueStore,
  describeSubscriptionStore,
  expectApart,
  fill,
  someNames,
};

/** All that the store ports promise. */
export function describeStores(name: string, makeStores: MakeStores): void {
  describeQueueStore(name, makeStores);
  describeMessageLog(name, makeStores);
  describeSubscriptionStore(name, makeStores);
  describeConnectionStore(name, makeStores);
  describeClientStore(name, makeStores);
  describeDeadLetterStore(name, makeStores);
  describeKeyStore(name, makeStores);
}
