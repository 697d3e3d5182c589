import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** An alarm for each queue that ought to stay empty. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, failureQueues: Readonly<Record<string, Queue>>) {
    super(scope, id);
    this.all = Object.entries(failureQueues).map(
      ([name, queue]) =>
        new Alarm(this, name, {
          alarmDescription: `Holdfast: ${name} holds work that failed however often it was tried. See docs/operations.md.`,
          metric: queue.metricApproximateNumberOfMessagesVisible({
            statistic: Stats.MAXIMUM,
            period: Duration.minutes(5),
          }),
          threshold: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          evaluationPeriods: 1,
          // SQS reports nothing about a queue that has been empty for hours.
          treatMissingData: TreatMissingData.NOT_BREACHING,
        }),
    );
  }
}
