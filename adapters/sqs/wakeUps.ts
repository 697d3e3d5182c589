import { SendMessageCommand, SQSServiceException } from '@aws-sdk/client-sqs';
import { Unavailable, type WakeUp, type WakeUps } from '../../broker/ports';
import type { Sqs } from './client';
import { encodeWakeUp } from './wakeUpText';

/** The longest delay that SQS takes. Seconds. */
export const LONGEST_DELAY = 900;

/** Errors that SQS counts as the caller's fault, but that pass by themselves. */
const THROTTLED = new Set(['RequestThrottled', 'ThrottlingException', 'KmsThrottled']);

/**
 * Wake-ups as delayed messages of an SQS queue. Delays are cut to whole seconds, and to the longest that SQS takes: a
 * wake-up that comes early is harmless.
 */
export class SqsWakeUps implements WakeUps {
  constructor(
    private readonly client: Sqs,
    private readonly queueUrl: string,
  ) {}

  async send(wakeUp: WakeUp, delay: number): Promise<void> {
    const seconds = Math.min(Math.max(0, Math.floor(delay / 1000)), LONGEST_DELAY);
    const command = new SendMessageCommand({
      QueueUrl: this.queueUrl,
      MessageBody: encodeWakeUp(wakeUp),
      DelaySeconds: seconds,
    });
    try {
      await this.client.send(command);
    } catch (cause) {
      if (cause instanceof SQSServiceException && cause.$fault === 'client' && !THROTTLED.has(cause.name)) throw cause;
      throw new Unavailable('a wake-up could not be sent', { cause });
    }
  }
}
