import { Duration } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Functions } from './functions';
import type { WakeUps } from './wakeUps';

const FIVE_MINUTES = Duration.minutes(5);

/** A message older than this, in milliseconds, when `deliver` had looked at it, came late. */
const LATE = Duration.minutes(1).toMilliseconds();

/** Who waits for these gets no answer from one that fails, and they are not repeated by AWS. */
const ANSWERING = ['connect', 'publish', 'subscribe', 'ack'] as const;

/** Twice in a quarter of an hour: once may be a hiccup, which AWS or the client has tried again. */
const persistent = { threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 };
const once = { threshold: 1, evaluationPeriods: 1 };

/**
 * What somebody should look at: docs/operations.md says what each means, and what to do. CloudWatch charges for each metric
 * that alarms look at, so that there are few; one alarm of several would cost as much, and MiniStack has none.
 */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];

  constructor(scope: Construct, id: string, functions: Functions, wakeUps: WakeUps) {
    super(scope, id);
    const queues = { Failures: wakeUps.failures, DeadWakeUps: wakeUps.deadWakeUps };
    this.all = [
      ...Object.entries(queues).map(([name, queue]) =>
        this.alarm(name, 'holds work that failed however often it was tried', {
          metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
          ...once,
        }),
      ),
      this.alarm('Late', 'deliver is more than a minute behind the messages', {
        metric: functions.deliver.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: FIVE_MINUTES }),
        ...once,
        threshold: LATE,
      }),
      this.alarm('Throttled', 'Lambda has no function free for deliver', {
        metric: functions.deliver.metricThrottles({ period: FIVE_MINUTES }),
        ...persistent,
      }),
      ...ANSWERING.map((name) =>
        this.alarm(`${name.charAt(0).toUpperCase()}${name.slice(1)}Faults`, `${name} dies, or takes too long`, {
          metric: functions[name].metricErrors({ period: FIVE_MINUTES }),
          ...persistent,
        }),
      ),
    ];
  }

  private alarm(name: string, what: string, props: Omit<AlarmProps, 'alarmDescription'>): Alarm {
    return new Alarm(this, name, {
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      ...props,
      alarmDescription: `Holdfast: ${name}: ${what}. See docs/operations.md.`,
      // Nothing is reported of functions that nobody needed, and of a queue that has been empty for hours.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
