import { Aws, type RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CONNECTED_INDEX, KEY_INDEX, type KeyPart, TABLE_KEYS, type TableName } from '../adapters/dynamodb/tables';

/**
 * A name of a DynamoDB table has up to 255 of these characters (its API reference, `CreateTable`); the longest suffix
 * takes 14.
 */
const PREFIX = /^[\w.-]{1,240}$/;

/** @throws Error it cannot be part of a table name; an empty prefix is a mistake. */
function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined || Token.isUnresolved(prefix) || PREFIX.test(prefix)) return;
  throw new Error(
    `tablePrefix (-c tables=…) must be 1 to 240 characters of A-Z a-z 0-9 . _ -, not ${JSON.stringify(prefix)}; leave it out only if the tables of this stack never had one`,
  );
}

/** The attribute by which items expire: epoch seconds. */
const timeToLiveAttribute = 'expiresAt';

/** What a table has besides its key: whether its items expire, and what its stream carries. */
const besides = {
  queues: {},
  messages: { timeToLiveAttribute, stream: StreamViewType.NEW_IMAGE },
  subscriptions: { timeToLiveAttribute },
  // The old image says whose connection it was that has gone.
  connections: { timeToLiveAttribute, stream: StreamViewType.NEW_AND_OLD_IMAGES },
  clients: { timeToLiveAttribute },
  deadLetters: { timeToLiveAttribute },
  timers: { timeToLiveAttribute },
  // The stream says which key was revoked.
  keys: { stream: StreamViewType.KEYS_ONLY },
} as const satisfies Record<TableName, Partial<TableProps>>;

const attribute = ([name, type]: KeyPart) => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});

/** Each action by its name, where AWS writes `kms:ReEncrypt*` and `kms:GenerateDataKey*`. */
const KEY_ACTIONS = [
  'Encrypt',
  'Decrypt',
  'ReEncryptFrom',
  'ReEncryptTo',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'DescribeKey',
].map((action) => `kms:${action}`);

export interface TablesProps {
  /** What becomes of the tables when they leave the stack. */
  readonly removalPolicy: RemovalPolicy;

  /** Whether nobody may delete them. */
  readonly deletionProtection: boolean;

  /**
   * What their names begin with, such as `restored` for `restored-Queues`.
   *
   * @default - CloudFormation makes up their names
   */
  readonly prefix?: string;

  /**
   * The key that encrypts the tables.
   *
   * @default - a key that AWS owns: free of charge, and not yours to revoke
   */
  readonly encryptionKey?: IKey;
}

/** Everything that Holdfast stores in AWS. On demand, so that an unused queue costs only its storage. */
export class Tables extends Construct implements Readonly<Record<TableName, Table>> {
  readonly queues: Table;
  readonly messages: Table;
  readonly subscriptions: Table;
  readonly connections: Table;
  readonly clients: Table;
  readonly deadLetters: Table;
  readonly timers: Table;
  readonly keys: Table;

  private readonly encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    checkPrefix(props.prefix);
    this.encryptionKey = props.encryptionKey;
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
      deletionProtection: props.deletionProtection,
      ...(props.encryptionKey && {
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: props.encryptionKey,
      }),
    };
    const table = (name: TableName) => {
      const [partition, sort] = TABLE_KEYS[name];
      const key = { partitionKey: attribute(partition), ...(sort && { sortKey: attribute(sort) }) };
      const tableId = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      return new Table(this, tableId, {
        ...(props.prefix !== undefined && { tableName: `${props.prefix}-${tableId}` }),
        ...common,
        ...key,
        ...besides[name],
      });
    };
    this.queues = table('queues');
    this.messages = table('messages');
    this.subscriptions = table('subscriptions');
    this.subscriptions.addLocalSecondaryIndex({
      indexName: CONNECTED_INDEX.name,
      sortKey: attribute(CONNECTED_INDEX.sortKey),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.connections = table('connections');
    this.connections.addGlobalSecondaryIndex({
      indexName: KEY_INDEX.name,
      partitionKey: attribute(KEY_INDEX.partitionKey),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.clients = table('clients');
    this.deadLetters = table('deadLetters');
    this.timers = table('timers');
    this.keys = table('keys');
  }

  /**
   * Allows using the key that encrypts the tables, if it is one of yours, only through DynamoDB: the actions that
   * DynamoDB needs on behalf of users of its tables (developer guide of KMS, "How Amazon DynamoDB uses AWS KMS").
   */
  grantKey(grantee: IGrantable): Grant {
    if (this.encryptionKey === undefined) return Grant.drop(grantee, 'AWS owns the key');
    const { region } = Stack.of(this);
    // In most partitions KMS names services by this domain; in China, perhaps, by that of the partition.
    const services = ['amazonaws.com', Aws.URL_SUFFIX].map((domain) => `dynamodb.${region}.${domain}`);
    return Grant.addToPrincipal({
      grantee,
      actions: KEY_ACTIONS,
      resourceArns: [this.encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': services } },
    });
  }

  /** Allows looking up the connections of an API key. */
  grantConnectionsByKey(grantee: IGrantable): Grant {
    const resourceArns = [`${this.connections.tableArn}/index/${KEY_INDEX.name}`];
    return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }

  /** Allows asking which subscriptions are connected. */
  grantConnected(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.subscriptions.tableArn}/index/${CONNECTED_INDEX.name}`],
    });
  }
}
