import type { Ports } from '../../broker/ports';
import type { PendingTimers } from '../dynamodb';
import { SqsWakeUps, sqsClient } from '../sqs';
import { variable } from './environment';
import { lazily } from './lazily';
import { storingPorts } from './storingPorts';

/** For functions that store, and leave the delivery that follows to `deliver`. */
export const wakingPorts = lazily((): Ports & { readonly pendingTimers: PendingTimers } => {
  const url = variable('HOLDFAST_WAKE_UPS_URL');
  return { ...storingPorts(), wakeUps: new SqsWakeUps(sqsClient(url), url) };
});
