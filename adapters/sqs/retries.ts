import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { Sqs } from './client';

/** The longest pause before a wake-up that failed is tried again. Seconds. */
const LONGEST_PAUSE = 60;

/** When a wake-up that failed is tried again. */
export interface Retries {
  /**
   * Makes a message visible again after a pause instead of at the end of its visibility time-out. The pause grows each
   * time, from 2 seconds to a minute.
   *
   * @param received how often it was received so far.
   */
  soon(receiptHandle: string, received: number): Promise<void>;
}

/** The messages of an SQS queue. */
export class SqsRetries implements Retries {
  constructor(
    private readonly client: Sqs,
    private readonly queueUrl: string,
  ) {}

  async soon(receiptHandle: string, received: number): Promise<void> {
    await this.client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout: Math.min(2 ** received, LONGEST_PAUSE),
      }),
    );
  }
}
