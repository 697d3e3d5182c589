export { type Sqs, sqsClient } from './client';
export { type Retries, SqsRetries } from './retries';
export { SqsTimers } from './timers';
export { SqsWakeUps } from './wakeUps';
export { decodeWakeUp } from './wakeUpText';
