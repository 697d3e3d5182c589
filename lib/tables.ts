import type { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { CONNECTED_INDEX } from '../adapters/dynamodb/connectedIndex';

/** The tables of a queue; the names of `Tables`' properties, and what `permissions.ts` speaks of. */
export type TableName =
  | 'queues'
  | 'messages'
  | 'subscriptions'
  | 'connections'
  | 'clients'
  | 'deadLetters'
  | 'timers'
  | 'keys';

/** The environment variable that tells a function what each table is called in this deployment. */
export const tableVariables = {
  queues: 'HOLDFAST_QUEUES_TABLE',
  messages: 'HOLDFAST_MESSAGES_TABLE',
  subscriptions: 'HOLDFAST_SUBSCRIPTIONS_TABLE',
  connections: 'HOLDFAST_CONNECTIONS_TABLE',
  clients: 'HOLDFAST_CLIENTS_TABLE',
  deadLetters: 'HOLDFAST_DEAD_LETTERS_TABLE',
  timers: 'HOLDFAST_TIMERS_TABLE',
  keys: 'HOLDFAST_KEYS_TABLE',
} as const satisfies Record<TableName, string>;

/** Every table that forgets does so by this attribute: epoch seconds. */
const timeToLiveAttribute = 'expiresAt';

const text = (name: string) => ({ name, type: AttributeType.STRING });
const number = (name: string) => ({ name, type: AttributeType.NUMBER });

/** The index of connections by the API key of their access, which few functions may query. */
export const BY_KEY = 'byKey';

/** The shape of each table: its key, whether its items expire, and what its stream carries. */
const shapes = {
  queues: { partitionKey: text('queue') },
  messages: {
    partitionKey: text('queue'),
    sortKey: number('seq'),
    timeToLiveAttribute,
    stream: StreamViewType.NEW_IMAGE,
  },
  subscriptions: { partitionKey: text('shard'), sortKey: text('client'), timeToLiveAttribute },
  connections: {
    partitionKey: text('connection'),
    timeToLiveAttribute,
    // The old image says whose connection it was that has gone.
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
  },
  clients: { partitionKey: text('client'), timeToLiveAttribute },
  deadLetters: { partitionKey: text('owner'), sortKey: number('seq'), timeToLiveAttribute },
  timers: { partitionKey: text('shard'), timeToLiveAttribute },
  // The stream says which key was revoked.
  keys: { partitionKey: text('key'), stream: StreamViewType.KEYS_ONLY },
};

export interface TablesProps {
  /** What becomes of the tables when they leave the stack. */
  readonly removalPolicy: RemovalPolicy;

  /** Whether nobody may delete them. */
  readonly deletionProtection: boolean;

  /**
   * The key that encrypts the tables.
   *
   * @default - a key that AWS owns: free of charge, and not yours to revoke
   */
  readonly encryptionKey?: IKey;
}

/** Everything that Holdfast remembers in AWS. On demand, so that a queue nobody uses costs its storage only. */
export class Tables extends Construct {
  readonly queues: Table;
  readonly messages: Table;
  readonly subscriptions: Table;
  readonly connections: Table;
  readonly clients: Table;
  readonly deadLetters: Table;
  readonly timers: Table;
  readonly keys: Table;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
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
    this.queues = new Table(this, 'Queues', { ...common, ...shapes.queues });
    this.messages = new Table(this, 'Messages', { ...common, ...shapes.messages });
    this.subscriptions = new Table(this, 'Subscriptions', { ...common, ...shapes.subscriptions });
    this.subscriptions.addLocalSecondaryIndex({
      indexName: CONNECTED_INDEX.name,
      sortKey: number(CONNECTED_INDEX.sortKey[0]),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.connections = new Table(this, 'Connections', { ...common, ...shapes.connections });
    this.clients = new Table(this, 'Clients', { ...common, ...shapes.clients });
    this.deadLetters = new Table(this, 'DeadLetters', { ...common, ...shapes.deadLetters });
    this.timers = new Table(this, 'Timers', { ...common, ...shapes.timers });
    this.keys = new Table(this, 'Keys', { ...common, ...shapes.keys });
    this.connections.addGlobalSecondaryIndex({
      indexName: BY_KEY,
      partitionKey: text('key'),
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
  /** Allows looking up the connections of an API key. */
  grantConnectionsByKey(grantee: IGrantable): Grant {
    const resourceArns = [`${this.connections.tableArn}/index/${BY_KEY}`];
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
