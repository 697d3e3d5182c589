import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { HoldfastProps } from '../../lib';
import { deployed, inOwnStack, resource, resources } from './synthesize';

const lambda = 'AWS::Lambda::Function';
const names = ['Connect', 'Disconnect', 'Publish', 'Subscribe', 'Ack', 'List', 'Default', 'Deliver'];

describe('the functions', () => {
  const template = deployed();
  const one = (name: string) => resource(template, lambda, `QueueFunctions${name}Function`);
  const variables = (name: string) =>
    (one(name).Properties.Environment as { Variables: Record<string, unknown> }).Variables;

  test('are one for each kind of request, and deliver; nothing else runs', () => {
    expect(Object.keys(resources(template, lambda))).toHaveLength(names.length);
  });

  test.each(names)('%s runs on Node 24 and arm64', (name) => {
    expect(one(name).Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
    });
  });

  test.each(names)('%s adds no lines of Lambda’s own to its log while nothing is wrong', (name) => {
    expect(one(name).Properties.LoggingConfig).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  });

  test.each(names)('%s logs to a group of its own, which forgets after a month', (name) => {
    const logs = resource(template, 'AWS::Logs::LogGroup', `QueueFunctions${name}FunctionLogs`);
    expect(one(name).Properties.LoggingConfig).toMatchObject({ LogGroup: { Ref: logs.logicalId } });
    expect(logs.Properties.RetentionInDays).toBe(30);
  });

  test('keep their logs for as long as asked', () => {
    const groups = resources(inOwnStack({ logRetention: RetentionDays.ONE_WEEK }).template(), 'AWS::Logs::LogGroup');
    for (const { Properties } of Object.values(groups)) expect(Properties.RetentionInDays).toBe(7);
  });

  test('answer within 10 seconds, so that no publisher outlives the 30 that readers wait for a missing number', () => {
    for (const name of names.filter((route) => route !== 'Deliver')) expect(one(name).Properties.Timeout).toBe(10);
  });

  test('have a minute to deliver', () => {
    expect(one('Deliver').Properties.Timeout).toBe(60);
  });

  test('may wake themselves without being taken for an endless loop, where they have to', () => {
    for (const name of names) {
      expect(one(name).Properties.RecursiveLoop).toBe(name === 'Deliver' ? 'Allow' : undefined);
    }
  });

  test.each(names)('%s is told where everything is', (name) => {
    const found = Object.keys(variables(name)).filter((variable) => variable.startsWith('HOLDFAST_'));
    expect(found.sort()).toEqual([
      'HOLDFAST_AUTH',
      'HOLDFAST_AWS_DOMAIN',
      'HOLDFAST_CALLBACK_URL',
      'HOLDFAST_CLIENTS_TABLE',
      'HOLDFAST_CONNECTIONS_TABLE',
      'HOLDFAST_DEAD_LETTERS_TABLE',
      'HOLDFAST_DEAD_LETTER_RETENTION',
      'HOLDFAST_KEYS_TABLE',
      'HOLDFAST_MESSAGES_TABLE',
      'HOLDFAST_MESSAGE_RETENTION',
      'HOLDFAST_QUEUES_TABLE',
      'HOLDFAST_SHARD_SIZE',
      'HOLDFAST_SUBSCRIPTIONS_TABLE',
      'HOLDFAST_SUBSCRIPTION_EXPIRY',
      'HOLDFAST_TIMERS_TABLE',
      'HOLDFAST_WAKE_UPS_URL',
    ]);
  });

  test('keep messages 7 days, dead letters 14 and subscriptions 31, unless told otherwise', () => {
    expect(variables('Deliver')).toMatchObject({
      HOLDFAST_MESSAGE_RETENTION: '604800',
      HOLDFAST_DEAD_LETTER_RETENTION: '1209600',
      HOLDFAST_SUBSCRIPTION_EXPIRY: '2678400',
      HOLDFAST_SHARD_SIZE: '250',
    });
    inOwnStack({
      messageRetention: Duration.hours(1),
      deadLetterRetention: Duration.days(1),
      subscriptionExpiry: 'never',
      shardSize: 10,
    })
      .template()
      .allResourcesProperties(lambda, {
        Environment: {
          Variables: {
            HOLDFAST_MESSAGE_RETENTION: '3600',
            HOLDFAST_DEAD_LETTER_RETENTION: '86400',
            HOLDFAST_SUBSCRIPTION_EXPIRY: '0',
            HOLDFAST_SHARD_SIZE: '10',
          },
        },
      });
  });

  test.each<[string, Partial<HoldfastProps>, string]>([
    ['messages', { messageRetention: Duration.minutes(59) }, 'messageRetention must be 1 hour to 365 days, not 59 min'],
    ['messages', { messageRetention: Duration.days(366) }, 'messageRetention must be 1 hour to 365 days, not 366 days'],
    ['dead letters', { deadLetterRetention: Duration.days(0) }, 'deadLetterRetention must be 1 hour to 365 days'],
    ['subscriptions', { subscriptionExpiry: Duration.hours(23) }, "must be 1 day or more, or 'never', not 23 hours"],
    ['subscriptions', { subscriptionExpiry: Duration.seconds(0) }, 'subscriptionExpiry must be 1 day or more'],
    ['shards', { shardSize: 0 }, 'shardSize must be a whole number from 1, not 0'],
    ['quotas', { quotas: { 'client.queues': 0 } }, 'client.queues must be a whole number above 0, or none'],
    ['quotas', { quotas: { 'connection.frames': 0.5 } }, 'connection.frames must be a whole number above 0, or none'],
    [
      'quotas',
      { quotas: { 'subscription.inFlight': 1_001 } },
      'subscription.inFlight must be a whole number from 1 to',
    ],
    [
      'quotas',
      { quotas: { 'client.subscriptions': Number.POSITIVE_INFINITY } },
      'client.subscriptions must be at most 500 in AWS, not Infinity',
    ],
    ['quotas', { quotas: { 'client.connections': 1_001 } }, 'client.connections must be at most 1000 in AWS, not 1001'],
    ['quotas', { quotas: JSON.parse('{"client.fun":1}') }, 'the name one of connection.frames'],
  ])('are not deployed with what no %s can be kept or cut by', (_of, props, message) => {
    expect(() => inOwnStack(props)).toThrow(message);
  });

  test('are told of quotas that are not the usual ones', () => {
    expect(variables('Publish')).not.toHaveProperty('HOLDFAST_QUOTAS');
    const quotas = 'client.publishes=50,client.queues=none';
    const told = { Environment: { Variables: { HOLDFAST_QUOTAS: quotas } } };
    deployed({ quotas }).allResourcesProperties(lambda, told);
    expect(() => inOwnStack({ quotas: {} })).not.toThrow();
    expect(() => deployed({ quotas: 'client.fun=1' })).toThrow('the name one of connection.frames');
    expect(() => deployed({ quotas: 'subscription.inFlight=none' })).toThrow('a whole number from 1 to 1000');
  });

  test('let pages of any origin connect, unless some are listed', () => {
    const listed = (of: typeof template) =>
      (resource(of, lambda, 'QueueFunctionsConnectFunction').Properties.Environment as { Variables: object }).Variables;
    expect(listed(template)).not.toHaveProperty('HOLDFAST_ORIGINS');
    const origins = 'https://app.example.com,https://b.example.com';
    expect(listed(deployed({ origins }))).toHaveProperty('HOLDFAST_ORIGINS', origins);
    expect(() => deployed({ origins: 'app.example.com' })).toThrow('origins must be such as https://app.example.com');
  });
});
