import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { tableParameters } from '../../adapters/dynamodb/createTables';
import { Holdfast } from '../../lib';
import { deployed, inOwnStack, newApp, resource, resources } from './synthesize';

const table = 'AWS::DynamoDB::Table';

describe('the tables', () => {
  const template = deployed();
  const all = Object.values(resources(template, table));
  const properties = (name: string) => resource(template, table, `QueueTables${name}`).Properties;

  test('are eight: none comes or goes unnoticed', () => {
    expect(all).toHaveLength(8);
  });

  test('are on demand', () => {
    for (const { Properties } of all) expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
  });

  test('can be restored to any point in time', () => {
    for (const { Properties } of all) {
      expect(Properties.PointInTimeRecoverySpecification).toMatchObject({ PointInTimeRecoveryEnabled: true });
    }
  });

  test('stay when the stack is destroyed', () => {
    for (const { DeletionPolicy } of all) expect(DeletionPolicy).toBe('Retain');
  });

  test('go with the stack when it was deployed with -c retain=false', () => {
    const destroyed = Object.values(resources(deployed({ retain: 'false' }), table));
    expect(destroyed).toHaveLength(8);
    for (const { DeletionPolicy } of destroyed) expect(DeletionPolicy).toBe('Delete');
  });

  test('cannot be deleted, unless they go with the stack or are not to be protected', () => {
    const isProtected = (of: typeof template) => [
      ...new Set(Object.values(resources(of, table)).map(({ Properties }) => Properties.DeletionProtectionEnabled)),
    ];
    expect(isProtected(template)).toEqual([true]);
    expect(isProtected(deployed({ retain: 'false' }))).toEqual([false]);
    expect(isProtected(inOwnStack({ deletionProtection: false }).template())).toEqual([false]);
    expect(
      isProtected(inOwnStack({ removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true }).template()),
    ).toEqual([true]);
  });

  test('are not put at risk by a misspelt flag', () => {
    expect(() => deployed({ retain: 'flase' })).toThrow('-c retain must be true or false, not flase');
  });

  test.each(['', ' ', 'a/b', 'é', 'x'.repeat(241)])(
    'are not called by the prefix %j, which no table can have',
    (tables) => {
      const refusal = `must be 1 to 240 characters of A-Z a-z 0-9 . _ -, not ${JSON.stringify(tables)}`;
      expect(() => deployed({ tables })).toThrow(refusal);
      expect(() => inOwnStack({ tablePrefix: tables })).toThrow(refusal);
    },
  );

  test.each([
    ['Queues', ['queue:S']],
    ['Messages', ['queue:S', 'seq:N']],
    ['Subscriptions', ['shard:S', 'client:S']],
    ['Connections', ['connection:S']],
    ['Clients', ['client:S']],
    ['DeadLetters', ['owner:S', 'seq:N']],
    ['Timers', ['shard:S']],
    ['Keys', ['key:S']],
  ])('%s has the key %j', (name, key) => {
    const { KeySchema, AttributeDefinitions } = properties(name) as {
      KeySchema: { AttributeName: string }[];
      AttributeDefinitions: { AttributeName: string; AttributeType: string }[];
    };
    const type = (attribute: string) =>
      AttributeDefinitions.find(({ AttributeName }) => AttributeName === attribute)?.AttributeType;
    expect(KeySchema.map(({ AttributeName }) => `${AttributeName}:${type(AttributeName)}`)).toEqual(key);
  });

  test.each(['Messages', 'Subscriptions', 'Connections', 'Clients', 'DeadLetters', 'Timers'])(
    '%s forgets what has expired',
    (name) => {
      expect(properties(name).TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    },
  );

  test('Queues remembers for good, since a queue that lost its counter would number from 1 again', () => {
    expect(properties('Queues').TimeToLiveSpecification).toBeUndefined();
  });

  test('index subscriptions by who is connected, where that can be read consistently', () => {
    const indexed = Object.values(resources(template, 'AWS::DynamoDB::Table')).filter(
      ({ Properties }) => Properties.LocalSecondaryIndexes !== undefined,
    );
    expect(indexed).toHaveLength(1);
    expect(indexed[0]?.Properties.LocalSecondaryIndexes).toEqual(
      tableParameters('subscriptions', 'any').LocalSecondaryIndexes,
    );
  });

  test('stream messages as they are stored, connections as they come and go, and keys as they are revoked', () => {
    const views = all.map(({ Properties }) => Properties.StreamSpecification).filter((stream) => stream !== undefined);
    expect(views).toHaveLength(3);
    expect(properties('Keys').StreamSpecification).toEqual({ StreamViewType: 'KEYS_ONLY' });
    expect(properties('Messages').StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
    expect(properties('Connections').StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  });

  test('find connections by the key of their access', () => {
    expect(properties('Connections').GlobalSecondaryIndexes).toEqual([
      {
        IndexName: 'byKey',
        KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ]);
  });

  test('are encrypted with a key of one’s own where one is given', () => {
    const specifications = (of: typeof template) =>
      Object.values(resources(of, table)).map(({ Properties }) => Properties.SSESpecification);
    const stack = new Stack(newApp());
    const encryptionKey = new Key(stack, 'Key');
    new Holdfast(stack, 'Queue', { auth: { by: 'none' }, encryptionKey });
    expect(new Set(specifications(template))).toEqual(new Set([undefined]));
    const encrypted = Template.fromStack(stack);
    for (const specification of specifications(encrypted)) {
      expect(specification).toMatchObject({ SSEEnabled: true, SSEType: 'KMS' });
    }
    const whoMayDecrypt = Object.entries(resources(encrypted, 'AWS::IAM::Policy'))
      .filter(([, { Properties }]) => JSON.stringify(Properties).includes('kms:Decrypt'))
      .map(([id]) => /Functions(\w+)Function/.exec(id)?.[1]);
    // All but `default`, which touches no table.
    expect(whoMayDecrypt.sort()).toEqual(['Ack', 'Connect', 'Deliver', 'Disconnect', 'List', 'Publish', 'Subscribe']);
  });

  test('have their key used by who may use them, by publishers too, through DynamoDB alone', () => {
    const stack = new Stack(newApp());
    const encryptionKey = new Key(stack, 'Key');
    const queue = new Holdfast(stack, 'Queue', { auth: { by: 'none' }, encryptionKey });
    const publisher = new Role(stack, 'Publisher', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    expect(queue.grantPublish(publisher).success).toBe(true);
    const statements = Object.values(resources(Template.fromStack(stack), 'AWS::IAM::Policy'))
      .flatMap(
        ({ Properties }) => (Properties.PolicyDocument as { Statement: { Action: string | string[] }[] }).Statement,
      )
      .filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(statements).toHaveLength(8);
    for (const statement of statements)
      expect(statement).toEqual({
        Effect: 'Allow',
        Action: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        Resource: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] },
        Condition: {
          StringEquals: {
            'kms:ViaService': [
              { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
              { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] },
            ],
          },
        },
      });
  });
});
