import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { background } from '../../bench/cost/background';
import { readPrices } from '../../bench/cost/prices';
import { deployed, resource, resources } from './synthesize';

const template = deployed({ auth: 'keys' });
const alarm = 'AWS::CloudWatch::Alarm';
const all = Object.values(resources(template, alarm)).map(({ Properties }) => Properties);
const one = (name: string) => resource(template, alarm, `QueueAlarms${name}`).Properties;
const idOf = (type: string, name: string) => resource(template, type, `Queue${name}`).logicalId;
const ofFunction = (name: string) => [
  { Name: 'FunctionName', Value: { Ref: idOf('AWS::Lambda::Function', `Functions${name}Function`) } },
];
const metricsOf = ({ Metrics }: Record<string, unknown>) =>
  ((Metrics ?? []) as { MetricStat?: { Metric: object; Stat: string } }[]).flatMap(
    ({ MetricStat }) => MetricStat ?? [],
  );
const twiceInAQuarter = { Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 };

describe('an alarm', () => {
  test('is told by what it means, and rests while nothing is reported', () => {
    for (const { AlarmDescription, ...properties } of all) {
      expect(AlarmDescription).toMatch(/^Holdfast: [A-Z]\w+: .+\. See docs\/operations\.md\.$/);
      expect(properties).toMatchObject({
        TreatMissingData: 'notBreaching',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      });
    }
  });

  test.each(['Failures', 'DeadWakeUps'])('is sounded by the first message in %s', (name) => {
    expect(one(name)).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [
        { Name: 'QueueName', Value: { 'Fn::GetAtt': [idOf('AWS::SQS::Queue', `WakeUps${name}`), 'QueueName'] } },
      ],
      Statistic: 'Maximum',
      Period: 300,
      Threshold: 1,
      EvaluationPeriods: 1,
    });
  });

  test('is sounded when deliver comes to a message more than a minute late', () => {
    expect(one('Late')).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'IteratorAge',
      Dimensions: ofFunction('Deliver'),
      Statistic: 'Maximum',
      Period: 300,
      Threshold: 60_000,
      EvaluationPeriods: 1,
    });
  });

  test('is sounded when deliver is throttled again and again', () => {
    expect(one('Throttled')).toMatchObject({
      ...twiceInAQuarter,
      Namespace: 'AWS/Lambda',
      MetricName: 'Throttles',
      Dimensions: ofFunction('Deliver'),
      Statistic: 'Sum',
      Period: 300,
    });
  });

  test('is sounded when functions fail that clients wait for: not by an authorizer, for which each refusal is an error', () => {
    expect(one('Faults')).toMatchObject({ Threshold: 1, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    expect(metricsOf(one('Faults'))).toEqual(
      ['Connect', 'Publish', 'Subscribe', 'Ack'].map((name) => ({
        Metric: { Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: ofFunction(name) },
        Period: 300,
        Stat: 'Sum',
      })),
    );
    const [sum] = (one('Faults').Metrics as { Expression?: string }[]).flatMap(({ Expression }) => Expression ?? []);
    expect(sum).toBe('FILL(connect, 0) + FILL(publish, 0) + FILL(subscribe, 0) + FILL(ack, 0)');
  });
});

describe('what alarms cost', () => {
  const metrics = all.reduce((sum, properties) => sum + Math.max(1, metricsOf(properties).length), 0);
  const { alarms } = background(readPrices());
  const price = `$${alarms.toFixed(2)}`;
  const document = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8').replace(/\s+/g, ' ');

  test('is the price of the metrics that they look at', () => {
    expect(alarms).toBeCloseTo(metrics * 0.1);
  });

  test('is what README.md and docs/performance.md say', () => {
    expect([all.length, metrics]).toEqual([5, 8]);
    expect(document('README.md')).toContain(`five CloudWatch alarms (${price} a month`);
    expect(document('docs/performance.md')).toContain(`five alarms over eight metrics, ${price}`);
  });

  test('is for what docs/operations.md explains, each by its name', () => {
    const names = Object.keys(resources(template, alarm)).map((id) => /QueueAlarms(\w+)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(names).toHaveLength(all.length);
    for (const name of names) expect(document('docs/operations.md')).toContain(`| ${name} |`);
  });
});
