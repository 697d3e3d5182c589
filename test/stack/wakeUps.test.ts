import { deployed, inOwnStack, resource, resources } from './synthesize';

const template = deployed();
const mapping = 'AWS::Lambda::EventSourceMapping';
const deliver = { Ref: resource(template, 'AWS::Lambda::Function', 'QueueFunctionsDeliverFunction').logicalId };
const mappings = Object.values(resources(template, mapping)).map(({ Properties }) => Properties);
const properties = (name: string) => resource(template, mapping, `QueueFunctionsDeliverFunction${name}`).Properties;
const table = (name: string) => resource(template, 'AWS::DynamoDB::Table', `QueueTables${name}`).logicalId;
const queue = (name: string) => resource(template, 'AWS::SQS::Queue', `QueueWakeUps${name}`);
const arn = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

describe('deliver', () => {
  test('is woken by messages, connections, keys and timers, and is the only one that is woken', () => {
    expect(mappings).toHaveLength(4);
    for (const { FunctionName } of mappings) expect(FunctionName).toEqual(deliver);
  });

  test('is woken by messages and tombstones, not by the markers beside them', () => {
    const inserted = (image: object) => ({
      Pattern: JSON.stringify({ eventName: ['INSERT'], dynamodb: { NewImage: image } }),
    });
    expect(properties('Messages')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [table('Messages'), 'StreamArn'] },
      FilterCriteria: {
        Filters: [
          inserted({ event: { S: [{ exists: true }] } }),
          inserted({ tombstone: { BOOL: [{ exists: true }] } }),
        ],
      },
    });
  });

  test('is woken by connections that come and go, not by those that change', () => {
    expect(properties('Connections')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [table('Connections'), 'StreamArn'] },
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ['INSERT', 'REMOVE'] }) }] },
    });
  });

  test('is woken by keys that are revoked', () => {
    expect(properties('Keys')).toMatchObject({
      EventSourceArn: { 'Fn::GetAtt': [table('Keys'), 'StreamArn'] },
      FilterCriteria: { Filters: [{ Pattern: JSON.stringify({ eventName: ['REMOVE'] }) }] },
    });
  });

  test.each(['Messages', 'Connections', 'Keys'])('reads the stream of %s so that no record can block it', (name) => {
    expect(properties(name)).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: 10,
      MaximumRecordAgeInSeconds: 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: arn(queue('Failures').logicalId) } },
    });
  });

  test.each(['Messages', 'Connections', 'Keys'])('is not kept from one partition of %s by a slow other', (name) => {
    expect(properties(name).ParallelizationFactor).toBe(10);
  });

  test('is not kept waiting for a batch to fill', () => {
    for (const { MaximumBatchingWindowInSeconds } of mappings) expect(MaximumBatchingWindowInSeconds).toBeUndefined();
  });

  test('answers for each timer alone', () => {
    expect(properties('WakeUps')).toMatchObject({
      EventSourceArn: arn(queue('Queue').logicalId),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });
});

describe('of what an account has', () => {
  const atOnce = (wakeUpConcurrency?: number) =>
    resource(
      inOwnStack(wakeUpConcurrency === undefined ? {} : { wakeUpConcurrency }).template(),
      mapping,
      'QueueFunctionsDeliverFunctionWakeUps',
    ).Properties.ScalingConfig;

  test('wake-ups use up a tenth at most, or what was said', () => {
    expect(atOnce()).toEqual({ MaximumConcurrency: 100 });
    expect(atOnce(5)).toEqual({ MaximumConcurrency: 5 });
    const said = resource(deployed({ wakeUpConcurrency: '7' }), mapping, 'QueueFunctionsDeliverFunctionWakeUps');
    expect(said.Properties.ScalingConfig).toEqual({ MaximumConcurrency: 7 });
  });

  test.each([1, 1001, 2.5])('%s functions at a time are refused', (wakeUpConcurrency) => {
    expect(() => inOwnStack({ wakeUpConcurrency })).toThrow(
      `wakeUpConcurrency must be a whole number from 2 to 1,000, not ${wakeUpConcurrency}`,
    );
  });
});

describe('of each shard of a stream', () => {
  const streams = ['Messages', 'Connections', 'Keys'].map((name) => `QueueFunctionsDeliverFunction${name}`);
  const atOnce = (of: typeof template) =>
    streams.map((id) => resource(of, mapping, id).Properties.ParallelizationFactor);

  test('as many batches are served at a time as was said', () => {
    expect(atOnce(inOwnStack({ streamConcurrency: 1 }).template())).toEqual([1, 1, 1]);
    expect(atOnce(deployed({ streamConcurrency: '2' }))).toEqual([2, 2, 2]);
  });

  test.each([0, 11, 1.5])('%s batches at a time are refused', (streamConcurrency) => {
    const refusal = `streamConcurrency must be a whole number from 1 to 10, not ${streamConcurrency}`;
    expect(() => inOwnStack({ streamConcurrency })).toThrow(refusal);
    expect(() => deployed({ streamConcurrency: 'many' })).toThrow('from 1 to 10, not NaN');
  });
});

describe('the wake-ups', () => {
  test('are hidden for longer than deliver may take', () => {
    expect(queue('Queue').Properties.VisibilityTimeout).toBeGreaterThanOrEqual(60);
  });

  test('that fail every time are put aside', () => {
    expect(queue('Queue').Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: arn(queue('DeadWakeUps').logicalId),
      maxReceiveCount: 15,
    });
  });

  test.each(['Failures', 'DeadWakeUps'])('%s holds what failed for two weeks', (name) => {
    expect(queue(name).Properties.MessageRetentionPeriod).toBe(14 * 24 * 60 * 60);
  });

  test('travel and rest encrypted', () => {
    const queues = Object.keys(resources(template, 'AWS::SQS::Queue'));
    expect(queues).toHaveLength(3);
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    for (const logicalId of queues) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: logicalId }],
        PolicyDocument: {
          Statement: [{ Action: 'sqs:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } }, Effect: 'Deny' }],
        },
      });
    }
  });
});
