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

  test.each(['Connect', 'Publish', 'Subscribe', 'Ack'])('is sounded when %s fails again and again', (name) => {
    expect(one(`${name}Faults`)).toMatchObject({
      ...twiceInAQuarter,
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: ofFunction(name),
      Statistic: 'Sum',
      Period: 300,
    });
  });

  test('is not sounded by an authorizer, for which each refusal is an error', () => {
    expect(all.filter((properties) => JSON.stringify(properties).includes('Authorize'))).toEqual([]);
  });
});

describe('what alarms cost', () => {
  const { alarms } = background(readPrices());
  const price = `$${alarms.toFixed(2)}`;
  const document = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8').replace(/\s+/g, ' ');

  test('is the price of their metrics, of which each has one', () => {
    expect(all.filter(({ MetricName }) => MetricName === undefined)).toEqual([]);
    expect(alarms).toBeCloseTo(all.length * 0.1);
  });

  test('is what README.md and docs/performance.md say', () => {
    expect(all).toHaveLength(8);
    expect(document('README.md')).toContain(`eight CloudWatch alarms (${price} a month`);
    expect(document('docs/performance.md')).toContain(`eight alarms, ${price}`);
  });

  test('is for what docs/operations.md explains, each by its name', () => {
    const names = Object.keys(resources(template, alarm)).map((id) => /QueueAlarms(\w+)[0-9A-F]{8}$/.exec(id)?.[1]);
    expect(names).toHaveLength(all.length);
    for (const name of names)
      expect(document('docs/operations.md')).toMatch(new RegExp(`\\| (\\w+, )*${name}(, \\w+)* \\|`));
  });
});
