import { Duration, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deliverTimeout } from './functions';

const kept = { enforceSSL: true, encryption: QueueEncryption.SQS_MANAGED };

/** Delayed wake-ups, and queues for work that failed at every try. */
export class WakeUps extends Construct {
  /** Timers and hand-overs of shards to `deliver`: each message is a signal to look, never the work itself. */
  readonly queue: Queue;

  /** Wake-ups that failed every time. */
  readonly deadWakeUps: Queue;

  /**
   * Batches of the streams that failed at every try: which records of which shard, as long as the stream keeps them.
   */
  readonly failures: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadWakeUps = new Queue(this, 'DeadWakeUps', { ...kept, retentionPeriod: Duration.days(14) });
    this.failures = new Queue(this, 'Failures', { ...kept, retentionPeriod: Duration.days(14) });
    this.queue = new Queue(this, 'Queue', {
      ...kept,
      // A wake-up whose function died is tried again when this ends; a wake-up that failed, sooner (see `SqsRetries`).
      // Lambda requires at least the function's timeout. More would only delay the next try, since a wake-up may be
      // handled twice.
      visibilityTimeout: deliverTimeout.plus(Duration.seconds(10)),
      // With growing pauses between them, this many take ten minutes.
      deadLetterQueue: { queue: this.deadWakeUps, maxReceiveCount: 15 },
    });
    for (const last of [this.deadWakeUps, this.failures]) {
      Validations.of(last).acknowledge({
        id: 'AwsSolutions-SQS3',
        reason: 'It is where failures end up; a dead letter queue of its own would only move them.',
      });
    }
  }

  /** Allows arming wake-ups. */
  grantArm(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] });
  }
}
