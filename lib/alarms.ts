import { Duration } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Functions } from './functions';
import type { WakeUps } from './wakeUps';

const FIVE_MINUTES = Duration.minutes(5);

/** A message older than this when `deliver` has served it came late. Milliseconds. */
const LATE = Duration.minutes(1).toMilliseconds();

/** The functions whose callers get no answer if they fail. AWS does not repeat these. */
const ANSWERING = ['connect', 'publish', 'subscribe', 'ack'] as const;

/** Twice in a quarter of an hour: a single failure may pass, and AWS or the client tries it again. */
const persistent = { threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 };
const once = { threshold: 1, evaluationPeriods: 1 };

/**
 * The alarms: docs/operations.md says what each means, and what to do. CloudWatch charges for each metric that alarms
 * use, so there are few. A composite alarm would cost as much, and MiniStack has none.
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
      // There is no data of functions that did not run, or of a queue that has been empty for hours.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
