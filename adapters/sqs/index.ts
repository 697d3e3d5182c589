export { sqsClient } from './client';
export { SqsTimers } from './timers';
export { SqsWakeUps } from './wakeUps';
export { decodeWakeUp } from './wakeUpText';
